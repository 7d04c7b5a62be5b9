// Generates the Prisma client and the gRPC types into src/generated. Works offline: the variable keeps Prisma's
// command from downloading an engine that `generate` does not use.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(import.meta.url)
const cwd = import.meta.dirname

function run(packageName, bin, args) {
  const script = join(dirname(require.resolve(`${packageName}/package.json`)), bin)
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' }
  // What they print is of interest only when they fail.
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${packageName} failed:\n${stderr}`)
}

rmSync(join(cwd, 'src/generated'), { recursive: true, force: true })
run('prisma', 'build/index.js', ['generate', '--no-hints'])
run('@grpc/proto-loader', 'build/bin/proto-loader-gen-types.js', [
  // These flags and the loader's options in src/messaging/contract.ts must say the same.
  '--longs=String',
  '--enums=String',
  '--defaults',
  '--oneofs',
  '--grpcLib=@grpc/grpc-js',
  '--importFileExtension=.js',
  '--outDir=src/generated/proto',
  'proto/messaging.proto',
])
