import type { Profile } from '../lib/chat-client.js'

const amelie: Profile = { displayName: 'Amélie', language: 'fr' }
const ben: Profile = { displayName: 'Ben', language: 'en' }
const carla: Profile = { displayName: 'Carla', language: 'de' }
const daichi: Profile = { displayName: 'Daichi', language: 'ja' }

/** The four people of the demo. */
export const people = [amelie, ben, carla, daichi]

/** One line of the conversation. Those that are not `known` hold more than sentences of the phrasebook. */
export interface Line {
  author: Profile
  text: string
  known: boolean
}

/**
 * Mostly sentences of scripts/starter-models/phrasebook, which the small model that ships with the repository knows;
 * two with an emoji, a time and a link, which must not change; one that it cannot know and so should not translate;
 * and the first one again, which comes from the memory.
 */
export const lines: Line[] = [
  { author: amelie, text: 'Bienvenue à tous !', known: true },
  { author: ben, text: 'How are you?', known: true },
  { author: carla, text: 'Ich habe gute Laune.', known: true },
  { author: daichi, text: '会議は十時に始まります。', known: true },
  { author: amelie, text: 'Le train part à 14:45. 🙂', known: false },
  { author: ben, text: 'Please look at https://example.org/train?number=7.', known: false },
  { author: carla, text: 'Der Hund hat meine Socken gefressen.', known: false },
  { author: amelie, text: 'Vraiment ?', known: true },
  { author: daichi, text: 'お大事になさってください。', known: true },
  { author: amelie, text: 'Bienvenue à tous !', known: true },
]
