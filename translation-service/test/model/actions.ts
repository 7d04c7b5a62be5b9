import fc, { type Arbitrary } from 'fast-check'

/** Which of the scene's people; five. */
const who = fc.nat(4)
/** 0 is the direct conversation, 1 the group. */
const room = fc.nat(1)
/** Which message of all, counted back from the newest: mostly one whose translations are still being made. */
const message = fc.oneof(fc.nat(2), fc.nat(12))
const language = fc.constantFrom('fr', 'en', 'de', 'es', 'ru')
const limit = fc.integer({ min: 1, max: 5 })
const on = fc.boolean()
/** Whoever wrote the message, or somebody who may be anybody. */
const by = fc.oneof({ weight: 2, arbitrary: fc.constant('author' as const) }, { weight: 1, arbitrary: who })

/** So few words that people often say the same again, and the translation memory answers. */
const words = fc.record({ words: fc.nat(4), number: fc.nat(4) }, { noNullPrototype: true })
const instead = fc.constantFrom('👍', '102', 'nothing', 'a zero', 'too much').map((name) => ({ instead: name }))
const text = fc.oneof({ weight: 8, arbitrary: words }, { weight: 1, arbitrary: instead })

/** What the sender's client says of the language; undefined leaves it to the service. */
const said = fc.constantFrom(undefined, 'fr', 'en', 'de')
const replyTo = fc.option(message, { nil: undefined, freq: 2 })
/** So few people and numbers of a clientMessageId that two of the drafts are often one message. */
const draft = fc.record({ who: fc.nat(1), text, said, key: fc.nat(1) }, { noNullPrototype: true })

/** Everything that people, the gateway and bad luck do, with how often. */
const kinds = {
  create: kind(16, { who, room, text, said, replyTo }),
  repeat: kind(4, {
    message,
    room: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: room }),
    text: fc.option(text, { nil: undefined, freq: 2 }),
  }),
  createAtOnce: kind(2, { room, drafts: fc.array(draft, { minLength: 2, maxLength: 4 }) }),
  update: kind(10, { by, message, text, said, expected: fc.constantFrom('none', 'right', 'wrong') }),
  readMeanwhile: kind(2, { who, message, text }),
  updateAtOnce: kind(2, { message, texts: fc.array(text, { minLength: 2, maxLength: 3 }) }),
  remove: kind(4, { by, message }),
  read: kind(3, { who, message, all: on }),
  list: kind(4, { who, room, limit: fc.nat(5), side: fc.constantFrom('newest', 'before', 'after'), at: fc.nat(12) }),
  mark: kind(7, { who, room, at: fc.integer({ min: -1, max: 12 }) }),
  markMessage: kind(2, { who, message }),
  translate: kind(4, { who, message, target: language }),
  summarise: kind(2, { who }),

  join: kind(3, { who, role: fc.constantFrom('member', 'moderator') }),
  leave: kind(2, { who }),
  readIn: kind(2, { who, language }),
  understand: kind(1, { who, languages: fc.subarray(['fr', 'en', 'de']) }),
  override: kind(1, { who, room, language: fc.option(language, { nil: null, freq: 2 }) }),
  autoTranslate: kind(1, { who, room, on }),
  block: kind(4, { who: fc.nat(1), whom: fc.nat(2), on }),
  activate: kind(3, { who, on: fc.constantFrom(true, true, false) }),
  erase: kind(2, { who }),

  watch: kind(6, { who, room, limit }),
  catchUp: kind(8, { which: fc.nat(9), limit }),
  compare: kind(4, { who, room }),

  hold: kind(6, {}),
  release: kind(4, {}),
  fail: kind(1, { reason: fc.constantFrom('model_failed', 'model_failed', 'model_failed', 'engine_crashed') }),
  restart: kind(1, {}),
  cut: kind(2, {}),
  connect: kind(2, { cursorsBack: fc.nat(3) }),
  forgetEvents: kind(1, {}),
}

type Kinds = typeof kinds
export type ActionName = keyof Kinds
/** What an action is told. */
export type Arguments<Name extends ActionName> = Kinds[Name] extends Kind<infer Record> ? Record : never
export type Action = { [Name in ActionName]: { do: Name } & Arguments<Name> }[ActionName]
export type Text = Arguments<'create'>['text']
export type By = Arguments<'remove'>['by']

/** Any action, as data that a failure can print and that can be shrunk. */
export const anyAction = fc.oneof(
  ...Object.entries<Kind<unknown>>(kinds).map(([name, { weight, args }]) => ({
    weight,
    arbitrary: args.map((given) => ({ do: name, ...(given as object) }) as Action),
  })),
)

interface Kind<Record> {
  weight: number
  args: Arbitrary<Record>
}

function kind<Record>(weight: number, args: { [Name in keyof Record]: Arbitrary<Record[Name]> }): Kind<Record> {
  return { weight, args: fc.record<Record>(args, { noNullPrototype: true }) as Arbitrary<Record> }
}
