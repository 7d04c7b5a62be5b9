import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Which of these words stand in the bytes of which files of a folder: lines like "test.db-wal:word". Another process
 * looks, because closing a file would drop the locks that SQLite holds on it in this one.
 */
export async function searchFiles(folder: string, words: readonly string[]): Promise<string[]> {
  const patterns = words.flatMap((word) => ['-e', word])
  const search = run('grep', ['-raoF', ...patterns, '.'], {
    cwd: folder,
    env: { LC_ALL: 'C' },
    maxBuffer: 64 * 1024 * 1024,
  })
  const { stdout } = await search.catch((error: { code?: number; stdout: string }) => {
    // Nothing was found.
    if (error.code === 1) return { stdout: '' }
    throw error
  })
  return [...new Set(stdout.split('\n').filter((line) => line !== ''))]
}
