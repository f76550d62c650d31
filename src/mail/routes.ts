import type { App } from '../http/app.ts'
import { Outbox } from './schema.ts'
import type { Mailer } from './service.ts'

export function mailRoutes(app: App, mailer: Mailer): void {
  app.get(
    '/api/v1/outbox',
    {
      config: { door: { account: 'platform-admin' } },
      schema: {
        tags: ['accounts'],
        summary: 'Mails kept because no mail server is set',
        description: 'For platform administrators. Set SMTP_URL to send mail instead.',
        response: { 200: Outbox },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return mailer.outbox(request.principal)
    },
  )
}
