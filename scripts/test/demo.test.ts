import { describe, expect, it } from 'vitest'
import { lines, people } from '../demo/script.js'
import { headline } from '../demo/transcript.js'
import { phrasebookSentences } from '../lib/phrasebook.js'
import { startCommand } from './testing/process.js'
import { environmentFile } from './testing/settings.js'

describe('the demo', () => {
  it('says what the phrasebook knows', () => {
    const unknown = lines.filter(
      ({ known, author, text }) => known && !phrasebookSentences(author.language).includes(text),
    )
    expect(unknown).toEqual([])
  })

  it('shows everybody each line, with its times', async () => {
    const { code, stdout, stderr } = await startCommand('demo', await environmentFile()).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const { author, text } of lines) expect(stdout).toContain(headline(author, text))
    const views = stdout.split('\n').filter((line) => line.includes(' sees: '))
    expect(views).toHaveLength(lines.length * (people.length - 1))
    const outcome =
      /\(original in [\d.]+ m?s, (translation in [\d.]+ m?s, starter-nllb.*|shown in the original: \w.*)\)$/
    expect(views.filter((view) => !outcome.test(view))).toEqual([])
    expect(stdout).toContain(', 0 missing')
  })
})
