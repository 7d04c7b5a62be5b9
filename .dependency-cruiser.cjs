// Which way imports may go. Left may import right, skipping is fine, never back:
//   scripts → services → shared; the services never import each other.
// Inside a service the folders are floors, and heavy libraries have one visible home each.

const gateway = '^fastify-service/src/'
const translation = '^translation-service/src/'
const tests = '([.]test[.]ts$|(^|/)testing/)'

/** Forbids what stands on `lower` floors to import from `upper` ones. */
function upward(name, service, lower, upper) {
  return {
    name,
    severity: 'error',
    comment: `${lower} stands below ${upper}`,
    from: { path: `${service}(${lower})`, pathNot: tests },
    to: { path: `${service}(${upper})` },
  }
}

/** What is imported from these folders only. */
function home(name, target, folders) {
  return {
    name: `home-of-${name.replaceAll(' ', '-')}`,
    severity: 'error',
    comment: `${name} is imported in one place, so that it can be replaced in one place`,
    from: { path: '^(shared|fastify-service|translation-service)/src/', pathNot: [...folders, tests] },
    to: { path: target },
  }
}

/** A library under any of the names it is resolved to. */
function library(name) {
  return `(^|/)node_modules/${name}/|^${name}(/|$)`
}

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'a circle means that two files are one, or that a third one is missing; types alone may go round',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      comment: 'an import that cannot be found is a typing error, and no rule sees where it leads',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'shared-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(fastify-service|translation-service|scripts)/' },
    },
    {
      name: 'services-do-not-import-scripts',
      severity: 'error',
      from: { path: '^(fastify-service|translation-service)/' },
      to: { path: '^scripts/' },
    },
    {
      name: 'gateway-does-not-import-translation',
      severity: 'error',
      from: { path: '^fastify-service/' },
      to: { path: '^translation-service/' },
    },
    {
      name: 'translation-does-not-import-gateway',
      severity: 'error',
      from: { path: '^translation-service/' },
      to: { path: '^fastify-service/' },
    },

    upward('gateway-nobody-imports-the-process', gateway, '.+/', 'server[.]ts'),
    upward('gateway-app', gateway, 'app[.]ts', 'server[.]ts|gateway[.]ts'),
    upward('gateway-doors', gateway, '(routes|websocket|plugins|auth)/', 'server[.]ts|gateway[.]ts|app[.]ts'),
    upward('gateway-plugins', gateway, '(plugins|auth)/', '(routes|websocket)/'),
    upward('gateway-grpc', gateway, 'grpc/', 'server[.]ts|gateway[.]ts|app[.]ts|(routes|websocket|plugins|auth)/'),
    upward(
      'gateway-store',
      gateway,
      'store/',
      'server[.]ts|gateway[.]ts|app[.]ts|(routes|websocket|plugins|auth|grpc)/',
    ),

    upward('translation-nobody-imports-the-process', translation, 'service[.]ts|.+/', 'server[.]ts'),
    upward('translation-doors', translation, '(grpc|monitoring|housekeeping)/', 'service[.]ts'),
    upward('translation-work', translation, '(translation|events)/', 'service[.]ts|(grpc|monitoring|housekeeping)/'),
    upward(
      'translation-tools',
      translation,
      '(inference|models|store)/',
      'service[.]ts|(grpc|monitoring|housekeeping|translation|events)/',
    ),
    upward('inference-is-text-in-text-out', translation, 'inference/', 'store/|config[.]ts|context[.]ts'),

    home('@prisma/client', library('@prisma/client'), ['/src/store/', '^shared/src/(database|generated)/']),
    home('the generated Prisma client', '^shared/src/generated/prisma/', [
      '/src/store/',
      '^shared/src/(database|generated)/',
    ]),
    home('grpc', library('@grpc/grpc-js'), ['/src/grpc/', '^shared/src/(messaging|testing|generated)/']),
    home('the sockets', library('(@fastify/websocket|ws)'), ['^fastify-service/src/websocket/']),
    home('onnxruntime', library('onnxruntime-node'), ['^translation-service/src/inference/session[.]ts$']),
    home('the tokenizer', library('(@xenova|@huggingface)/transformers'), [
      '^translation-service/src/inference/tokenizer[.]ts$',
    ]),
    {
      name: 'store-knows-no-wire',
      severity: 'error',
      comment: 'the store speaks SQL only: HTTP and gRPC belong to those who call it',
      from: { path: '/src/store/', pathNot: tests },
      to: { path: library('(fastify|@fastify/[^/]+|@grpc/[^/]+)') },
    },
    {
      name: 'inference-knows-no-wire',
      severity: 'error',
      from: { path: '/src/inference/', pathNot: tests },
      to: { path: library('(fastify|@fastify/[^/]+|@grpc/[^/]+|@prisma/[^/]+)') },
    },
  ],
  options: {
    // "type-only" edges are seen and marked, so that they may go round in circles.
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/generated/'] },
    exclude: { path: ['/dist/', '^scripts/starter-models/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@meeshy/source', 'import', 'node', 'require', 'types', 'default'],
      extensions: ['.ts', '.d.ts', '.js', '.mjs', '.cjs', '.json', '.node'],
    },
  },
}
