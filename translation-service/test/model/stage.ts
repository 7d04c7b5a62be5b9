import type { FakeTranslator } from '../../src/inference/testing/fake-translator.js'
import { fakeModel, TestService } from '../start-service.js'

/** One running service for all scenes. */
export class Stage {
  /** How often it has been started: what was under way at the end of a life may be lost to its caller. */
  life = 1

  private constructor(
    readonly test: TestService,
    public translator: FakeTranslator,
  ) {}

  /** Starts the service with a fake model. */
  static async open(): Promise<Stage> {
    const { model, translator } = fakeModel()
    return new Stage(await TestService.start({ models: [model] }), translator)
  }

  /** Stops the service and starts it on the same database, with a model that keeps nobody waiting. */
  async restart(): Promise<void> {
    const { model, translator } = fakeModel()
    this.life += 1
    await this.test.restart({ models: [model] })
    this.translator = translator
  }
}
