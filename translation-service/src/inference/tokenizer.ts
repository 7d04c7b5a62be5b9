import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Language, languageInfo, languages } from '@meeshy/shared/languages'
// The design card's name for the library, as an alias of its successor @huggingface/transformers 4.3.1: version 2.17.2,
// the last under the old name, is abandoned, cannot be installed offline and carries a critical advisory.
import { PreTrainedTokenizer } from '@xenova/transformers'
import { modelFiles } from './model-files.js'

/** Text to token ids and back. */
export interface Tokenizer {
  /** The ids of the text alone, without language code and end-of-sentence. */
  encode(text: string): number[]
  /** The text of ids. Special tokens and language codes among them are left out. */
  decode(ids: readonly number[]): string
  /** The id of a language's code, which the encoder reads first and the decoder writes first. */
  languageId(language: Language): number
}

/** Reads a model folder's tokenizer. @throws when a file is missing, is not JSON, or lacks one of our languages */
export async function openTokenizer(modelPath: string): Promise<Tokenizer> {
  const description = await readJson<TokenizerFile>(modelPath, modelFiles.tokenizer)
  const config = await readJson<object>(modelPath, modelFiles.tokenizerConfig)
  const special = new Map(description.added_tokens.map((token) => [token.content, token.id]))
  const specialIds = new Set(special.values())
  const languageIds = new Map(languages.map((language) => [language, requireId(special, languageInfo[language].nllb)]))
  // Without its list of added tokens the library takes "</s>" or "fra_Latn" in somebody's message for what they are:
  // characters. The few control tokens that a model needs are put in by id.
  const library = new PreTrainedTokenizer({ ...description, added_tokens: [] }, config)
  return {
    encode: (text) => library.encode(text, { add_special_tokens: false }),
    decode: (ids) => {
      const plain = ids.filter((id) => !specialIds.has(id))
      return plain.length === 0 ? '' : library.decode(plain, { clean_up_tokenization_spaces: false })
    },
    languageId: (language) => languageIds.get(language) as number,
  }
}

interface TokenizerFile {
  added_tokens: { id: number; content: string }[]
}

async function readJson<Content>(modelPath: string, file: string): Promise<Content> {
  return JSON.parse(await readFile(join(modelPath, file), 'utf8')) as Content
}

function requireId(special: ReadonlyMap<string, number>, code: string): number {
  const id = special.get(code)
  if (id === undefined) throw new Error(`the tokenizer has no language code ${code}`)
  return id
}
