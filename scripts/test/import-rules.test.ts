import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../lib/paths.js'
import { run } from './testing/process.js'
import { temporaryFolder } from './testing/temporary.js'

type Import = readonly [from: string, to: string]

const gateway = 'fastify-service/src'
const translation = 'translation-service/src'

/** Deliberate faults: the rule that has to complain, and about which import. */
const faults: [rule: string, ...Import][] = [
  ['no-circles', 'shared/src/a.ts', 'shared/src/b.ts'],
  ['no-unresolvable', 'shared/src/c.ts', 'nowhere'],
  ['shared-imports-nothing-of-ours', 'shared/src/d.ts', `${gateway}/free.ts`],
  ['services-do-not-import-scripts', `${gateway}/a.ts`, 'scripts/lib/free.ts'],
  ['gateway-does-not-import-translation', `${gateway}/a.ts`, `${translation}/free.ts`],
  ['translation-does-not-import-gateway', 'translation-service/test/a.ts', `${gateway}/free.ts`],
  ['gateway-nobody-imports-the-process', `${gateway}/routes/a.ts`, `${gateway}/server.ts`],
  ['gateway-app', `${gateway}/app.ts`, `${gateway}/gateway.ts`],
  ['gateway-doors', `${gateway}/routes/a.ts`, `${gateway}/app.ts`],
  ['gateway-plugins', `${gateway}/plugins/a.ts`, `${gateway}/routes/b.ts`],
  ['gateway-grpc', `${gateway}/grpc/a.ts`, `${gateway}/websocket/b.ts`],
  ['gateway-store', `${gateway}/store/a.ts`, `${gateway}/grpc/b.ts`],
  ['translation-nobody-imports-the-process', `${translation}/grpc/a.ts`, `${translation}/server.ts`],
  ['translation-doors', `${translation}/monitoring/a.ts`, `${translation}/service.ts`],
  ['translation-work', `${translation}/events/a.ts`, `${translation}/grpc/b.ts`],
  ['translation-tools', `${translation}/models/a.ts`, `${translation}/translation/b.ts`],
  ['inference-is-text-in-text-out', `${translation}/inference/a.ts`, `${translation}/store/b.ts`],
  ['home-of-@prisma/client', `${gateway}/routes/a.ts`, '@prisma/client'],
  ['home-of-the-generated-Prisma-client', `${gateway}/routes/a.ts`, 'shared/src/generated/prisma/client.ts'],
  ['home-of-grpc', `${translation}/translation/a.ts`, '@grpc/grpc-js'],
  ['home-of-the-sockets', `${gateway}/app.ts`, '@fastify/websocket'],
  ['home-of-the-sockets', `${gateway}/app.ts`, 'ws'],
  ['home-of-onnxruntime', `${translation}/inference/engine.ts`, 'onnxruntime-node'],
  ['home-of-the-tokenizer', `${translation}/inference/nllb.ts`, '@xenova/transformers'],
  ['store-knows-no-wire', `${translation}/store/a.ts`, 'fastify'],
  ['inference-knows-no-wire', `${translation}/inference/a.ts`, '@prisma/client'],
]

/** The same libraries and floors, used as they should be. */
const allowed: Import[] = [
  ['scripts/lib/a.ts', `${gateway}/config.ts`],
  [`${gateway}/server.ts`, `${gateway}/gateway.ts`],
  [`${gateway}/gateway.ts`, `${gateway}/app.ts`],
  [`${gateway}/app.ts`, `${gateway}/routes/a.ts`],
  [`${gateway}/routes/a.ts`, `${gateway}/plugins/a.ts`],
  [`${gateway}/websocket/a.ts`, `${gateway}/grpc/a.ts`],
  [`${gateway}/websocket/a.ts`, 'ws'],
  [`${gateway}/store/a.ts`, '@prisma/client'],
  [`${translation}/grpc/a.ts`, '@grpc/grpc-js'],
  [`${translation}/grpc/a.ts`, `${translation}/translation/a.ts`],
  [`${translation}/translation/a.ts`, `${translation}/inference/a.ts`],
  [`${translation}/inference/session.ts`, 'onnxruntime-node'],
  [`${translation}/inference/tokenizer.ts`, '@xenova/transformers'],
]

describe('the import rules', () => {
  it('complain about each deliberate fault', async () => {
    const back: Import = ['shared/src/b.ts', 'shared/src/a.ts']
    const found = await violations(treeOf([...faults.map(([, from, to]): Import => [from, to]), back]))
    expect(found).toEqual(expect.arrayContaining(faults.map((fault) => fault.join(' | '))))
  })

  it('let the right ways pass, and types go round in circles', async () => {
    const types = {
      [`${translation}/context.ts`]: "import type { Feed } from './events/feed.js'\nexport type Context = Feed[]",
      [`${translation}/events/feed.ts`]: "import type { Context } from '../context.js'\nexport type Feed = Context[]",
    }
    expect(await violations({ ...treeOf(allowed), ...types })).toEqual([])
  })
})

/** Files by name, with these imports and nothing else. */
function treeOf(imports: Import[]): Record<string, string> {
  const tree: Record<string, string> = {}
  const add = (file: string, text: string) => {
    tree[file] = `${tree[file] ?? ''}${text}`
  }
  const libraries = imports.map(([, to]) => to).filter((to) => !to.endsWith('.ts') && to !== 'nowhere')
  for (const [from, to] of imports) {
    const up = '../'.repeat(dirname(from).split('/').length)
    add(from, `import '${to.endsWith('.ts') ? `${up}${to.replace(/ts$/, 'js')}` : to}'\n`)
    if (to.endsWith('.ts')) add(to, '')
  }
  for (const name of libraries) tree[`node_modules/${name}/index.js`] = ''
  tree['package.json'] = JSON.stringify({ dependencies: Object.fromEntries(libraries.map((name) => [name, '*'])) })
  return tree
}

/** Lines like "rule | from | to", with libraries by their names. */
async function violations(tree: Record<string, string>): Promise<string[]> {
  const folder = temporaryFolder()
  const parts = ['shared', 'fastify-service', 'translation-service', 'scripts']
  for (const part of parts) mkdirSync(join(folder, part))
  for (const [name, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const cruiser = join(root, 'node_modules/.bin/depcruise')
  const config = join(root, '.dependency-cruiser.cjs')
  const { stdout, stderr } = await run(cruiser, ['--config', config, '--output-type', 'json', ...parts], {
    cwd: folder,
  })
  if (!stdout) throw new Error(stderr)
  const report = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string }; from: string; to: string }[] }
  }
  return report.summary.violations.map(({ rule, from, to }) => {
    const library = to.replace(/^node_modules\/(.*)\/index[.]js$/, '$1')
    return [rule.name, from, library].join(' | ')
  })
}
