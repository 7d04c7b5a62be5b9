import { execFile } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { inFolder } from '../lib/durability/folder.js'
import type { LoneService } from '../lib/durability/lone-service.js'

const run = promisify(execFile)

/** A way to leave the database no room. */
export interface Shortage {
  name: string
  /** Works in a folder where there can be one. */
  inside<Result>(folder: string, work: (folder: string) => Promise<Result>): Promise<Result>
  /** From now on hardly anything fits. */
  begin(service: LoneService): Promise<void>
  end(service: LoneService): Promise<void>
}

const diskSize = '8m'
const blockBytes = 4_096

/** A small disk that is filled to the last block. Needs the right to mount it. */
export const fullDisk: Shortage = {
  name: 'full disk',
  async inside(folder, work) {
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    await run('mount', ['-t', 'tmpfs', '-o', `size=${diskSize}`, 'none', disk])
    try {
      return await work(disk)
    } finally {
      await run('umount', [disk])
    }
  },
  begin: async ({ databaseFile }) => fill(ballastBeside(databaseFile)),
  end: async ({ databaseFile }) => rmSync(ballastBeside(databaseFile)),
}

/** More than the log has, and no whole number of its frames: the write that meets the limit is cut short. */
const bytesLeft = 10_000

/** No file of the process may grow beyond a limit. Needs no rights; the system says EFBIG where a disk says ENOSPC. */
export const fileSizeLimit: Shortage = {
  name: 'limited size of files',
  async inside(folder, work) {
    // Where there is no such limit, this says so.
    await limitFileSize(process.pid, 'unlimited')
    return work(folder)
  },
  begin: (service) => limitFileSize(service.process.pid, String(statSync(service.walFile).size + bytesLeft)),
  end: (service) => limitFileSize(service.process.pid, 'unlimited'),
}

/** Why there cannot be such a shortage here, or null when there can. */
export async function whyNoShortage(shortage: Shortage): Promise<string | null> {
  try {
    await inFolder((folder) => shortage.inside(folder, async () => {}))
    return null
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    return (stderr || message).split('\n', 1).join()
  }
}

async function limitFileSize(pid: number, limit: string): Promise<void> {
  // The soft limit alone: it can be lifted again.
  await run('prlimit', ['--pid', String(pid), `--fsize=${limit}:`])
}

function ballastBeside(file: string): string {
  return join(dirname(file), 'ballast')
}

function fill(file: string): void {
  const ballast = openSync(file, 'w')
  try {
    for (;;) writeSync(ballast, Buffer.alloc(blockBytes))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(ballast)
  }
}
