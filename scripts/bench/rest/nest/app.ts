import 'reflect-metadata'
import type { CanActivate, DynamicModule, ExecutionContext } from '@nestjs/common'
import { Controller, createParamDecorator, Get, Inject, Module } from '@nestjs/common'
import { APP_GUARD } from '@nestjs/core'
import type { Identity } from '../../../../fastify-service/src/plugins/auth.js'
import type { Work } from '../work.js'

/** What the guards and controllers see of a request, whichever server is below. */
export interface NestRequest {
  ip: string
  headers: Record<string, string | undefined>
  requestId: string
  identity?: Identity
}

interface NestResponse {
  header(name: string, value: number): unknown
}

const workToken = Symbol('work')

/** The application as a Nest team builds it: a module, three guards in front of everything, a controller for each part. */
export function nestModule(work: Work): DynamicModule {
  return {
    module: AppModule,
    controllers: [UsersController, ConversationsController],
    providers: [
      { provide: workToken, useValue: work },
      { provide: APP_GUARD, useClass: AddressLimitGuard },
      { provide: APP_GUARD, useClass: TokenGuard },
      { provide: APP_GUARD, useClass: UserLimitGuard },
    ],
  }
}

class AppModule {}

class AddressLimitGuard implements CanActivate {
  constructor(private readonly work: Work) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp()
    return tell(http.getResponse(), this.work.countAddress(http.getRequest<NestRequest>().ip))
  }
}

class TokenGuard implements CanActivate {
  constructor(private readonly work: Work) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<NestRequest>()
    request.identity = await this.work.authenticate(request.headers.authorization)
    return true
  }
}

class UserLimitGuard implements CanActivate {
  constructor(private readonly work: Work) {}

  canActivate(context: ExecutionContext): boolean {
    const http = context.switchToHttp()
    return tell(http.getResponse(), this.work.countUser(http.getRequest<NestRequest>().identity?.userId ?? ''))
  }
}

class UsersController {
  constructor(private readonly work: Work) {}

  me({ identity }: NestRequest): Promise<object> {
    return this.work.me(identity?.userId ?? '')
  }
}

class ConversationsController {
  constructor(private readonly work: Work) {}

  list({ identity, requestId }: NestRequest): Promise<object> {
    return this.work.conversations(identity?.userId ?? '', requestId)
  }
}

const Caller = createParamDecorator((_, context: ExecutionContext) => context.switchToHttp().getRequest())

// The sources are compiled without decorators, so they are called.
Module({})(AppModule)
for (const type of [AddressLimitGuard, TokenGuard, UserLimitGuard, UsersController, ConversationsController]) {
  Inject(workToken)(type, undefined, 0)
}
Controller('api/users')(UsersController)
decorate(UsersController.prototype, 'me', Get('me'))
Controller('api/conversations')(ConversationsController)
decorate(ConversationsController.prototype, 'list', Get())

function tell(response: NestResponse, limits: Record<string, number>): true {
  for (const [name, value] of Object.entries(limits)) response.header(name, value)
  return true
}

/** Makes a method, whose one parameter is the caller, answer requests. */
function decorate(prototype: object, name: string, method: MethodDecorator): void {
  Caller()(prototype, name, 0)
  method(prototype, name, Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor)
}
