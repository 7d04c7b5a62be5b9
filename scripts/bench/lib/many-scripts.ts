import { FakeTranslator } from '../../../translation-service/src/inference/testing/fake-translator.js'
import type { TranslationOutput, TranslationRequest } from '../../../translation-service/src/inference/translator.js'

/** The fake for languages in Latin letters; in the others it always says the same, so that the gates let it pass. */
export class ManyScripts extends FakeTranslator {
  override async translate(request: TranslationRequest): Promise<TranslationOutput[]> {
    const outputs = await super.translate(request)
    return outputs.map((output) => ({ ...output, text: sentences.get(output.target) ?? output.text }))
  }
}

const sentences = new Map<string, string>([
  ['ru', 'Встречаемся завтра в десять часов у вокзала, хорошо?'],
  ['zh', '我们明天十点在火车站前面见面，好吗？请不要迟到。'],
  ['ja', '明日の十時に駅の前で会いましょう、いいですか。'],
  ['ar', 'نلتقي غدا في الساعة العاشرة أمام المحطة، حسنا؟'],
])
