import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { modelFiles } from './model-files.js'
import { starterModelPath } from './testing/starter-model.js'
import { openTokenizer } from './tokenizer.js'

test('control tokens in somebody’s text are letters', async () => {
  const description = JSON.parse(await readFile(join(starterModelPath, modelFiles.tokenizer), 'utf8'))
  const control = description.added_tokens as { id: number; content: string }[]
  const tokenizer = await openTokenizer(starterModelPath)
  expect(control.map(({ content }) => content)).toEqual(expect.arrayContaining(['</s>', '<pad>', 'fra_Latn']))
  // A sign that the model never saw is <unk> to it, in these words as in any other.
  const ids = control.filter(({ content }) => content !== '<unk>').map(({ id }) => id)
  for (const { content } of control) {
    const encoded = tokenizer.encode(`a ${content} b ${content}`)
    expect(encoded.filter((id) => ids.includes(id))).toEqual([])
  }
})
