import { checkContent } from '@meeshy/shared/content'
import type { TranslateTextRequest__Output as TranslateTextRequest } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextRequest'
import type { TranslateTextResponse } from '@meeshy/shared/generated/proto/meeshy/messaging/v1/TranslateTextResponse'
import { languages } from '@meeshy/shared/languages'
import { Problem } from '@meeshy/shared/problems'
import type { Context } from '../context.js'
import { readReader } from '../store/permissions.js'
import { previewText } from '../translation/preview.js'
import { requireLanguage } from '../translation/require-language.js'
import { optionalLanguage, requireId } from './validate.js'

/** Translates a text that belongs to no message, for somebody who wants to see what their words will say. */
export async function translateTextRpc(
  request: TranslateTextRequest,
  context: Context,
): Promise<TranslateTextResponse> {
  const userId = requireId(request.userId, 'userId')
  const reader = await readReader(context.database, userId)
  const text = checkContent(request.text)
  const targets = [...new Set(request.targets.map((target) => requireLanguage(target, 'targets')))]
  if (targets.length === 0) throw new Problem('bad_request', `Give 1 to ${languages.length} targets.`)
  const given = optionalLanguage(request.source, 'source')
  const { source, outcomes } = await context.slots.previews.run(userId, () =>
    previewText(context, { text, source: given, targets, fallback: reader.language }),
  )
  const translations = targets.map((language) => ({ language, revision: 0, cached: false, ...outcomes.get(language) }))
  return { source, translations }
}
