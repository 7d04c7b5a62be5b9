import { resumedAtOnce } from '@meeshy/shared/frames/client-frames'
import { closeCodes } from '@meeshy/shared/frames/close-codes'
import { smallRoomMembers } from '@meeshy/shared/frames/server-frames'
import type { Config } from '../config.js'

/** The limits that clients have to know. */
export interface DescribedLimits extends Pick<Config, 'SOCKET_FRAMES_PER_10S' | 'SOCKET_SENDS_PER_10S'> {
  heartbeatMs: number
  authenticationMs: number
  socketsPerUser: number
  socketsPerAddress: number
  framesInFlight: number
  floodFactor: number
  maxBufferedBytes: number
  maxQueuedFrames: number
  maxFrameBytes: number
  maxFragments: number
}

/** The three ways to bring an access token; one is enough. */
export const authentication = {
  query: {
    type: 'httpApiKey',
    in: 'query',
    name: 'token',
    description: 'With the upgrade, as `/ws?token=<access token>`; it is kept out of the logs.',
  },
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: 'With the upgrade, as the subprotocols `bearer, <access token>`; the gateway answers with `bearer`.',
  },
  firstFrame: {
    type: 'apiKey',
    in: 'password',
    description: 'On the open socket, as the `token` of an `auth` frame, in time. It keeps the token out of every URL.',
  },
} as const

/** What a client does after each close; a new code does not compile without its line. */
const afterClose: Record<keyof typeof closeCodes, string> = {
  restart:
    'The gateway restarts, or cannot go on with what it has told. The reason is `{"retryAfterMs": n}`: come back after ' +
    'that time, different for everybody, and resume.',
  tokenExpired: 'The token has expired. Refresh it by REST, come back with the new one, and resume.',
  revoked: 'The session has ended: sign-out, another password, or a closed account. Do not come back; sign in again.',
  slowConsumer: 'The client has not taken its frames in time. Come back at once and resume.',
  tooManyConnections: 'Too many sockets of this person or address. Close another one before coming back.',
  authenticationTimeout: 'No token came in time. Come back and bring one.',
  flooding: 'Far too many frames. Come back after 10 s at least, and send fewer.',
}

/** The close codes, with what a client does after each. */
export const closing: Record<string, string> = {
  1002: 'The client does not speak the protocol of RFC 6455. Mend the client.',
  1007: 'A text is not UTF-8. Mend the client.',
  1008: 'A frame came in too many fragments. Do not send it so again.',
  1009: 'A frame is too large. Do not send it again.',
  ...Object.fromEntries(
    Object.entries(closeCodes).map(([name, code]) => [code, afterClose[name as keyof typeof closeCodes]]),
  ),
}

/** What holds for the whole socket, in Markdown. */
export function aboutSocket(limits: DescribedLimits): string {
  return [
    'Chat in real time: everybody writes in their own language, and everybody reads in their own. REST (`/docs/json`)',
    'does the same one request at a time; the schemas and the problems are the same.',
    ...['', '## Signing in', '', ...signingIn(limits)],
    ...['', '## Frames', '', ...frames(limits)],
    ...['', '## After a reconnect', '', ...resuming],
    ...['', '## Presence, typing and read marks', '', ...awareness],
    ...['', '## Heartbeat', '', ...heartbeat(limits)],
    ...['', '## Limits', '', ...limited(limits)],
    ...['', '## Close codes', '', '| code | what to do |', '|---|---|', ...closeTable()],
  ].join('\n')
}

function signingIn({ authenticationMs }: DescribedLimits): string[] {
  return [
    `An access token comes with the upgrade, or in an \`auth\` frame within ${seconds(authenticationMs)}. A refused`,
    'upgrade is answered by HTTP, with a problem: 401 for the token, 403 for a web site that is not allowed, 429 and 503',
    'with `Retry-After`. Browsers hide it from their pages; a refused `auth` frame tells them why. `hello` is the first',
    'frame. Before the token ends, send a fresh one in an `auth` frame: the socket stays open, and `hello` comes again.',
  ]
}

function frames({ framesInFlight }: DescribedLimits): string[] {
  return [
    'A client sends `{type, ref, data}`. With a `ref`, every frame is answered by one `ack` with the same: `ok: true` and',
    '`data`, or `ok: false` and `error`, a problem. Without one, only what fails is answered, by an `error` frame. Frames',
    `are handled in their order; at most ${framesInFlight} may wait for their answers. What did not get its ack before`,
    'the socket closed may have been done: send it again. A message with the same `clientMessageId` is stored once.',
    '',
    'Message events have an `eventSeq`, which counts the events of their conversation. Whoever ignores an event whose',
    '`eventSeq` is not larger than the last one applied may get it twice without harm, and may: also without a',
    'reconnect. The numbers that one reader gets have gaps; the `seq` of messages has none. An event brings its message',
    'as it is now, so that a late one may be edited or deleted already: of a `revision` older than the known one nothing',
    'is applied. All other frames tell how things are now, and may be applied any number of times.',
  ]
}

const resuming = [
  'Keep the `epoch` of `hello` and, of each conversation, the `eventSeq` applied last. After the next `hello`:',
  '',
  '1. Send both in `resume`, the conversations split over several frames where there are more than ' +
    `${resumedAtOnce}; those whose \`lastEventSeq\` in \`hello\` is known already may be left out.`,
  '2. Ignore the live message events of a conversation until its `resumed` answer with `more: false` has come: they are ' +
    'in that answer, or come again after it.',
  '3. Apply the events of the answers in their order; from then on the live ones, by the rule above.',
  '4. `resync: true` in place of events: what was missed cannot be told. Fetch the messages by REST, and go on with the ' +
    'live events that came meanwhile; resume from the `lastEventSeq` of this answer the next time, or after another ' +
    'epoch from the one in `hello`. A conversation that is new to the client begins in the same way, from the ' +
    '`lastEventSeq` in the list of conversations. With `not_found` it is gone.',
  '5. Fetch by REST the list of conversations, which has the read marks, every one whose `version` is newer than the ' +
    'known one, and the notifications: none of these are replayed.',
  '',
  'Without the translation service, `lastEventSeq` is null. `resume` is then acknowledged, and answered when the messages',
  'are back; or it is refused with `messages_unavailable`, as it is with `overloaded` when too many conversations catch',
  'up: send it again in a moment, on the same socket.',
]

const awareness = [
  `Told in conversations of at most ${smallRoomMembers} members, and never across a block. \`presence\` names those who`,
  'have changed: with every `hello` begin anew with everybody offline, and merge what comes. `typing` holds the whole',
  'list of a conversation, for `expiresInMs`; it is repeated while somebody types. Send `typing.start` again every three',
  'seconds; a message ends it. `message.read` moves a mark only forwards. Whoever writes has read everything up to their',
  'own message, which no frame tells: unread are `lastSeq - readSeq`.',
]

function heartbeat({ heartbeatMs }: DescribedLimits): string[] {
  return [
    `The server pings every ${seconds(heartbeatMs)} (\`heartbeatMs\` of \`hello\`) and cuts who has not answered two`,
    'pings; WebSocket libraries and browsers answer by themselves. A client that has heard nothing for longer sends a',
    '`ping` frame; when its ack does not come within a few seconds, the line is dead: close it and come back.',
  ]
}

function limited(limits: DescribedLimits): string[] {
  return [
    `- A frame has at most ${kibibytes(limits.maxFrameBytes)} (1009), in at most ${limits.maxFragments} fragments (1008).`,
    `- ${limits.SOCKET_FRAMES_PER_10S} frames in 10 s, of them ${limits.SOCKET_SENDS_PER_10S} \`message.send\` or ` +
      `\`message.edit\`; more are refused with \`rate_limited\`, and ${limits.floodFactor} times as many frames close ` +
      'the socket (4029).',
    `- ${limits.socketsPerUser} sockets a person, ${limits.socketsPerAddress} an address, an IPv6 one by its /64 (4009).`,
    `- ${limits.maxQueuedFrames} frames or ${kibibytes(limits.maxBufferedBytes)} may wait for a client that does not ` +
      'read (4008); `resumed` frames do not count.',
  ]
}

function closeTable(): string[] {
  return [
    ...Object.entries(closing).map(([code, advice]) => `| ${code} | ${advice} |`),
    '| none, or any other | The line broke. Come back, waiting longer each time, and resume. |',
  ]
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`
}

function kibibytes(bytes: number): string {
  return `${bytes / 1024} KiB`
}
