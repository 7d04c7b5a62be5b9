// The process of a server that the gateway is compared with.
import { serveMeasured } from '../lib/measured-process.js'
import { peers } from './peers.js'

export type PeerName = keyof typeof peers

export interface PeerOptions {
  name: PeerName
}

const { name } = JSON.parse(process.argv[2] ?? '') as PeerOptions
serveMeasured({ port: await peers[name]() }, async () => {})
