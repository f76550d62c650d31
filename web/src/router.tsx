import {
  createRootRoute,
  createRoute,
  createRouter,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { Failure } from './shell/Failure.tsx'
import { NotFound } from './shell/NotFound.tsx'
import { Shell } from './shell/Shell.tsx'
import { isLanguage, type Language } from './ui/language.ts'
import { readLiveAddress, readSearch, writeSearch } from './vessels/address.ts'
import { LivePage } from './vessels/LivePage.tsx'

const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Failure,
  validateSearch: (raw: Record<string, unknown>): { lang?: Language } =>
    isLanguage(raw.lang) ? { lang: raw.lang } : {},
  search: { middlewares: [retainSearchParams(['lang'])] },
})

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: ({ search }) => {
    throw redirect({ to: '/live', search, replace: true })
  },
})

export const liveRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/live',
  validateSearch: readLiveAddress,
  component: LivePage,
})

export const makeRouter = () =>
  createRouter({
    routeTree: rootRoute.addChildren([homeRoute, liveRoute]),
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Failure,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
