import { openDatabase } from '@meeshy/shared/database/open'
import { createTestDatabase } from '@meeshy/shared/testing/fresh-database'
import { expect, it, onTestFinished } from 'vitest'
import { startCommand } from './testing/process.js'
import { environmentFile } from './testing/settings.js'

const person = (username: string) => ({
  id: username,
  username,
  usernameKey: username.toLowerCase(),
  displayName: username,
  displayNameKey: username.toLowerCase(),
  preferredLanguage: 'en',
})

async function openPeople() {
  const { url, remove } = await createTestDatabase()
  onTestFinished(remove)
  const database = await openDatabase(url)
  onTestFinished(() => database.$disconnect())
  const env = await environmentFile({ DATABASE_URL: url })
  const roleOf = async (id: string) => (await database.user.findUnique({ where: { id } }))?.role
  return { database, roleOf, admin: (...names: string[]) => startCommand('admin', env, names).ended }
}

it('makes an existing person an administrator, and says so again the next time', async () => {
  const { database, roleOf, admin } = await openPeople()
  await database.user.createMany({ data: [person('Ana'), person('Ben')] })
  expect(await admin('ANA')).toMatchObject({ code: 0, stdout: 'ANA is an administrator now.', stderr: '' })
  expect([await roleOf('Ana'), await roleOf('Ben')]).toEqual(['ADMIN', 'USER'])
  expect(await admin('Ana')).toMatchObject({ code: 0, stdout: 'Ana is an administrator already.' })
})

it('says in one line why it does not', async () => {
  const { database, roleOf, admin } = await openPeople()
  const gone = { ...person('Gone'), deactivatedAt: new Date() }
  await database.user.createMany({ data: [gone, { ...person('Guest'), role: 'GUEST' }] })
  const refusals = await Promise.all([admin('nobody'), admin('Guest'), admin('Gone'), admin(), admin('a', 'b')])
  const lines = [
    /^There is no nobody.*$/,
    /^Guest is a guest.*$/,
    /^Gone is deactivated.*$/,
    ...Array(2).fill(/^Name .*$/),
  ]
  for (const [index, refusal] of refusals.entries()) {
    expect(refusal).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(lines[index]) })
  }
  expect([await roleOf('Guest'), await roleOf('Gone')]).toEqual(['GUEST', 'USER'])
})

it('says what to do when there is no database yet', async () => {
  const env = await environmentFile({ DATABASE_URL: 'file:./none.db' })
  const { code, stderr } = await startCommand('admin', env, ['ana']).ended
  expect(code).toBe(1)
  expect(stderr).toMatch(/^There is no database at .*none\.db: run \.\/start\.sh .*$/)
})
