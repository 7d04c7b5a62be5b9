import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { checkContent, maxContentCodePoints } from '@meeshy/shared/content'
import { languageInfo, languages } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { FastifyError } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../context.js'
import type { Outcome } from '../store/outcome.js'
import { type Detection, detectLanguage } from '../translation/detect.js'
import { type Preview, previewText } from '../translation/preview.js'
import { requireLanguage } from '../translation/require-language.js'
import type { Choice } from '../translation/router.js'
import { toProblem } from './problems.js'

const maxTexts = 50

const text = Type.String({ minLength: 1, maxLength: maxContentCodePoints })
const texts = Type.Union([text, Type.Array(text, { minItems: 1, maxItems: maxTexts })])
// LibreTranslate's clients send a key; nothing here needs it.
const apiKey = { api_key: Type.Optional(Type.String()) }
const closed = { additionalProperties: false }

const DetectBody = Type.Object({ q: text, ...apiKey }, closed)
const TranslateBody = Type.Object(
  {
    q: texts,
    /** A code, or "auto". */
    source: Type.Optional(Type.String()),
    target: Type.Optional(Type.String()),
    targets: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: languages.length })),
    format: Type.Optional(Type.Literal('text')),
    ...apiKey,
  },
  closed,
)

/** LibreTranslate's routes: its request and answer shapes, its errors, and a few more fields in the answers. */
export const translateRoutes: FastifyPluginAsyncTypebox<Context> = async (app, context) => {
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const problem = toProblem(error)
    if (problem.code === 'internal') request.log.error({ err: error }, 'a translation request failed')
    const { retryAfterSeconds } = problem.options
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
    return reply.code(problem.status).send({ error: problem.detail })
  })

  app.get('/languages', async () =>
    languages.map((code) => ({
      code,
      name: languageInfo[code].name,
      targets: languages.filter((one) => one !== code),
    })),
  )

  app.post('/detect', { schema: { body: DetectBody } }, async ({ body: { q } }) => [
    toDetection(await detectLanguage(checkContent(q), null)),
  ])

  app.post('/translate', { schema: { body: TranslateBody } }, async ({ body }) => {
    const { q, source = 'auto', target, targets } = body
    const wanted = targets ?? (target === undefined ? [] : [target])
    if (wanted.length === 0) throw new Problem('bad_request', 'Give a target, or a list of targets.')
    const request = {
      source: source === 'auto' ? null : requireLanguage(source, 'source'),
      targets: wanted.map((code) => requireLanguage(code, 'target')),
      fallback: null,
    }
    const answers = await Promise.all(
      [q].flat().map(async (one) => {
        const preview = await previewText(context, { ...request, text: checkContent(one) })
        return render(one, preview, targets !== undefined)
      }),
    )
    return Array.isArray(q) ? transpose(answers) : answers[0]
  })
}

/** One text's answer; a translation that is not shown leaves the original, and `status` and `reason` say why. */
function render(text: string, { detection, outcomes, choice }: Preview, many: boolean) {
  const fields = [...outcomes].map(([target, outcome]) => [target, describe(text, outcome, choice)] as const)
  return {
    ...fields[0]?.[1],
    ...(many ? { translations: Object.fromEntries(fields) } : {}),
    ...(detection ? { detectedLanguage: toDetection(detection) } : {}),
  }
}

function describe(original: string, outcome: Outcome, choice: Choice | null) {
  const reason = choice ? { modelReason: choice.reason } : {}
  if (outcome.status !== 'ready') return { translatedText: original, status: outcome.status, reason: outcome.reason }
  const { text, ...rest } = outcome
  return { translatedText: text, ...rest, ...reason }
}

/** LibreTranslate counts confidence in percent. */
function toDetection({ language, confidence }: Detection) {
  return { language, confidence: Math.round(confidence * 100) }
}

/** LibreTranslate answers a list of texts with one object of lists. */
function transpose(answers: object[]): Record<string, unknown[]> {
  const names = new Set(answers.flatMap((answer) => Object.keys(answer)))
  return Object.fromEntries(
    [...names].map((name) => [name, answers.map((answer) => (answer as Record<string, unknown>)[name] ?? null)]),
  )
}
