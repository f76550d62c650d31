import Type from 'typebox'
import { invalidInput } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import { reportCsv } from './parity.ts'
import { portalConnectors } from './portal-kinds.ts'
import { ImportRequest, ImportView, ParityReport } from './schema.ts'
import type { Imports } from './service.ts'

const tags = ['imports']
const Params = Type.Object({ id: Type.String({ maxLength: 60 }) })
const door = { account: 'steward' as const }

/** Imports of portals. Whoever may load datasets may import them. */
export function importRoutes(app: App, imports: Imports): void {
  app.post(
    '/api/v1/imports',
    {
      config: { door },
      schema: {
        tags,
        summary: 'Import a portal',
        description:
          'Every dataset of an Opendatasoft, udata, CKAN or DCAT portal is loaded as any file is. It runs in the background, goes on after a stop, and skips what did not change. The same question while it runs answers that import.',
        body: ImportRequest,
        response: { 202: ImportView },
      },
    },
    async (request, reply) => {
      const view = await imports.begin(request.body)
      return reply.code(202).header('location', `/api/v1/imports/${view.id}`).send(view)
    },
  )

  app.get(
    '/api/v1/imports',
    {
      config: { door },
      schema: {
        tags,
        summary: 'Imports, newest first',
        response: { 200: Type.Object({ imports: Type.Array(ImportView) }) },
      },
    },
    async () => ({ imports: await imports.list() }),
  )

  app.get(
    '/api/v1/imports/kinds',
    {
      config: { door },
      schema: {
        tags,
        summary: 'Portals that can be imported, with the form of their configuration',
        response: {
          200: Type.Object({
            kinds: Type.Array(
              Type.Object({
                id: Type.String(),
                title: Type.Object({ fr: Type.String(), en: Type.String() }),
                config: Type.Unknown(),
              }),
            ),
          }),
        },
      },
    },
    () => ({ kinds: portalConnectors.map(({ id, title, config }) => ({ id, title, config })) }),
  )

  app.get(
    '/api/v1/imports/:id',
    {
      config: { door },
      schema: {
        tags,
        summary: 'State and progress of an import',
        params: Params,
        response: { 200: ImportView },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return imports.view(request.params.id)
    },
  )

  app.get(
    '/api/v1/imports/:id/report',
    {
      config: { door },
      schema: {
        tags,
        summary: 'Parity report: dataset by dataset what is there and what is here; format=csv for a table',
        params: Params,
        querystring: Type.Object({ format: Type.Optional(Type.String({ maxLength: 10 })) }),
        response: { 200: Type.Union([ParityReport, Type.String()]) },
      },
    },
    async (request, reply) => {
      const { format = 'json' } = request.query
      if (format !== 'json' && format !== 'csv')
        throw invalidInput(`“${format}” is no format of a report.`, 'Write json or csv.')
      const report = await imports.report(request.params.id)
      reply.header('cache-control', 'no-store')
      if (format === 'json') return report
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="import-${report.import.id}.csv"`)
        .send(reportCsv(report))
    },
  )

  app.post(
    '/api/v1/imports/:id/retry',
    {
      config: { door },
      schema: { tags, summary: 'Try again what failed', params: Params, response: { 202: ImportView } },
    },
    async (request, reply) => reply.code(202).send(await imports.retry(request.params.id)),
  )

  app.delete(
    '/api/v1/imports/:id',
    {
      config: { door },
      schema: {
        tags,
        summary: 'Stop an import; what it brought stays',
        params: Params,
        response: { 200: ImportView },
      },
    },
    (request) => imports.cancel(request.params.id),
  )
}
