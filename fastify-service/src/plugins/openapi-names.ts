/** What is asked of a name: the method, the path as OpenAPI writes it, and whether the answer is a list. */
export interface Operation {
  method: string
  path: string
  isList: boolean
}

/**
 * The name that generated clients give an operation: `listConversations`, `createConversationMember`, `updateMe`,
 * `readAllNotifications`. A route may state another `operationId`.
 */
export function operationIdOf({ method, path, isList }: Operation): string {
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== 'api')
  const things = thingsOf(segments)
  const last = things.at(-1) ?? 'root'
  if (segments[0] === 'auth' && !isCollection(segments)) return camel([last])
  if (method === 'post') {
    const parents = things.slice(0, -1)
    return isCollection(segments) ? camel(['create', ...parents, singular(last)]) : camel([last, ...parents])
  }
  if (method === 'get') return camel([isList ? 'list' : 'get', ...things])
  return camel([method === 'delete' ? 'delete' : 'update', ...things])
}

/** What an id in a path is the id of, told by the segment before it: "the id of the share link". */
export function describePathParameter(path: string, name: string): string {
  const before = path.split(`/{${name}}`, 1)[0]?.split('/').at(-1) ?? ''
  return `the id of the ${singular(before).replaceAll('-', ' ')}`
}

/** The segments that name things; what an id follows is one of many. `users/me` is `me`, or `my` before more. */
function thingsOf(segments: string[]): string[] {
  return segments.flatMap((segment, index) => {
    const next = segments[index + 1]
    if (isParameter(segment) || (index === 0 && segment === 'auth' && next)) return []
    if (segment === 'users' && next === 'me') return []
    if (segment === 'me') return [next ? 'my' : 'me']
    return [next && isParameter(next) ? singular(segment) : segment]
  })
}

function isCollection(segments: string[]): boolean {
  const last = segments.at(-1) ?? ''
  return isParameter(last) || last.endsWith('s')
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

function singular(plural: string): string {
  return plural.replace(/ies$/, 'y').replace(/s$/, '')
}

function camel(parts: string[]): string {
  const words = parts.flatMap((part) => part.split(/[^A-Za-z0-9]+/)).filter((word) => word !== '')
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('')
}
