// The process of an audience.
import { serveMeasured } from '../lib/measured-process.js'
import type { Play, Seating } from './audience.js'
import { People } from './people.js'

type Order = { seating: Seating } | { play: Play }

let people: People | undefined

serveMeasured(
  {},
  async () => {},
  async (order: Order) => {
    if ('play' in order) return people?.play(order.play)
    people = new People(order.seating)
    await people.sit()
    return null
  },
)
