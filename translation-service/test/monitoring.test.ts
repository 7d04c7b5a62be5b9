import { request } from 'node:http'
import { languages } from '@meeshy/shared/languages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fakeModel, TestService } from './start-service.js'

const fake = fakeModel()
let test: TestService

beforeAll(async () => {
  test = await TestService.start({ models: [fake.model] })
})
afterAll(() => test.close())

async function get(path: string) {
  const response = await fetch(test.rest + path)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: JSON.parse(await response.text()),
  }
}

async function post(path: string, body: unknown) {
  const response = await fetch(test.rest + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

describe('for operators', () => {
  it('tells health, liveness and readiness', async () => {
    expect(await get('/livez')).toMatchObject({ status: 200 })
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { ready: true } })
    expect((await get('/health')).body).toMatchObject({
      status: 'ok',
      database: 'up',
      models: [{ name: 'fake', state: 'ready' }],
      memory: { rssBytes: expect.any(Number) },
      eventLoopDelayMs: { p99: expect.any(Number) },
    })
  })

  it('tells the models with their licence', async () => {
    expect((await get('/models/status')).body).toMatchObject({
      models: [{ name: 'fake', family: 'nllb', licence: 'MIT', state: 'ready', pending: 0 }],
    })
  })

  it('counts what the memory does', async () => {
    const { body: before } = await get('/cache/stats')
    const text = { q: 'Une phrase pour compter', source: 'fr', target: 'es' }
    await post('/translate', text)
    await post('/translate', text)
    const { body: after } = await get('/cache/stats')
    expect(after).toMatchObject({
      hits: before.hits + 1,
      misses: before.misses + 1,
      entries: before.entries + 1,
      pairs: { 'fr-es': { hits: 1, misses: 1 } },
      level1: { hits: before.level1.hits + 1 },
      level2: { entries: before.level2.entries + 1 },
    })
  })

  it('answers a wrong route with a problem', async () => {
    const { status, type, body } = await get('/nothing')
    expect({ status, type }).toEqual({ status: 404, type: expect.stringContaining('application/problem+json') })
    expect(body).toMatchObject({ code: 'not_found', status: 404 })
  })

  it.each(['/health', '/languages'])('does not answer %s under a foreign host name', async (path) => {
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'attacker.example' }
      request(test.rest + path, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
  })
})

describe("for LibreTranslate's clients", () => {
  it('lists the ten languages', async () => {
    const { body } = await get('/languages')
    expect(body.map(({ code }: { code: string }) => code)).toEqual(languages)
    expect(body[0]).toMatchObject({ code: 'fr', name: 'French', targets: expect.not.arrayContaining(['fr']) })
  })

  it('detects', async () => {
    const { body } = await post('/detect', { q: 'Привет, как у тебя дела сегодня?' })
    expect(body).toMatchObject([{ language: 'ru' }])
  })

  it('translates one text, and says by what', async () => {
    const { status, body } = await post('/translate', { q: 'Bonjour tout le monde', source: 'fr', target: 'en' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      translatedText: '[en] Bonjour tout le monde',
      model: 'fake',
      modelReason: 'only_model',
      status: 'ready',
      cached: false,
      confidence: expect.any(Number),
    })
  })

  it('translates a list, from a detected language', async () => {
    const q = ['Bonjour, je suis très content de vous voir', 'Merci beaucoup pour votre aide, mes amis']
    const { body } = await post('/translate', { q, source: 'auto', target: 'de', format: 'text' })
    expect(body.translatedText).toEqual(q.map((text) => `[de] ${text}`))
    expect(body.detectedLanguage).toMatchObject([{ language: 'fr' }, { language: 'fr' }])
  })

  it('translates into several languages at once', async () => {
    const { body } = await post('/translate', { q: 'Salut à tous', source: 'fr', targets: ['en', 'de'] })
    expect(body.translations).toMatchObject({
      en: { translatedText: '[en] Salut à tous' },
      de: { translatedText: '[de] Salut à tous' },
    })
  })

  it('gives the original back when there is nothing to translate, and says so', async () => {
    const { body } = await post('/translate', { q: '102 👍', source: 'fr', target: 'en' })
    expect(body).toMatchObject({ translatedText: '102 👍', status: 'skipped', reason: 'no_words' })
  })

  it.each([
    ['no text', { source: 'fr', target: 'en' }],
    ['an empty text', { q: '', source: 'fr', target: 'en' }],
    ['no target', { q: 'Bonjour', source: 'fr' }],
    ['an unknown target', { q: 'Bonjour', source: 'fr', target: 'tlh' }],
    ['an unknown field', { q: 'Bonjour', source: 'fr', target: 'en', temperature: 1 }],
    ['half a character', { q: 'Bonjour \ud800', source: 'fr', target: 'en' }],
    ['a number for a text', { q: 5, source: 'fr', target: 'en' }],
    ['broken JSON', '{'],
  ])('refuses %s with an error in its form', async (_, body) => {
    expect(await post('/translate', body)).toEqual({ status: 400, body: { error: expect.stringMatching(/./) } })
  })
})
