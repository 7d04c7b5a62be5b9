import type { AckData, ClientFrame, ClientFrameType } from '@meeshy/shared/frames/client-frames'
import type { Policy } from '../../plugins/policy.js'
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

/** What a frame does, for those whom its policy lets in. */
export interface FrameHandler<Name extends ClientFrameType, Holds extends Holder | null = Holder> {
  /** Who may send it, as for a route of REST. */
  policy: Policy
  /** Waits for a model: the frames after it are not held up, and its answer may come after theirs. */
  waits?: true
  /** Its answer becomes the `data` of the ack; a Problem becomes its `error`. */
  handle(call: FrameCall<Holds>, data: ClientFrame<Name>['data']): Promise<AckData<Name>>
}
