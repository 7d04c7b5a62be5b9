import type { Action, ActionName, Arguments } from './actions.js'
import { catchUp, compare, watch } from './clients.js'
import { erase } from './erase.js'
import { activate, autoTranslate, block, join, leave, override, readIn, understand } from './gateway.js'
import { list, mark, markMessage, read, summarise, translate } from './look.js'
import { connect, cut, fail, forgetEvents, hold, release, restart } from './luck.js'
import type { Scene } from './scene.js'
import { createAtOnce, readMeanwhile, updateAtOnce } from './together.js'
import { create, remove, repeat, update } from './write.js'

type Performers = { [Name in ActionName]: (scene: Scene, action: Arguments<Name>) => Promise<void> }

const performers: Performers = {
  ...{ create, repeat, update, remove, createAtOnce, updateAtOnce, readMeanwhile },
  ...{ read, list, mark, markMessage, translate, summarise },
  ...{ join, leave, readIn, understand, override, autoTranslate, block, activate, erase },
  ...{ watch, catchUp, compare },
  ...{ hold, release, fail, restart, cut, connect, forgetEvents },
}

/** Does what an action says, and checks every answer. */
export async function perform(scene: Scene, action: Action): Promise<void> {
  const performer = performers[action.do] as (scene: Scene, action: Action) => Promise<void>
  await performer(scene, action)
}
