import type { ClientFrame, ClientFrameType } from '@meeshy/shared/frames'
import type { Connection, Holder } from '../connection.js'
import type { Sockets } from '../sockets.js'

/** One frame on its way through a handler. */
export interface FrameCall<Holds extends Holder | null = Holder> {
  sockets: Sockets
  connection: Connection
  /** Who sent it. */
  holder: Holds
  /** Names this frame in the logs of both services. */
  requestId: string
}

/** What a frame does. Its answer becomes the `data` of the ack; a Problem becomes its `error`. */
export type FrameHandler<Name extends ClientFrameType> =
  /** For people who are signed in. */
  | { policy: 'user'; handle(call: FrameCall, data: ClientFrame<Name>['data']): Promise<unknown> }
  /** For every socket. */
  | { policy: 'public'; handle(call: FrameCall<Holder | null>, data: ClientFrame<Name>['data']): Promise<unknown> }
