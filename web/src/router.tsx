import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { readDatasetAddress } from './datasets/address.ts'
import { readCatalogueAddress } from './datasets/catalogue/address.ts'
import { readLoadAddress } from './datasets/loading/address.ts'
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

/** Pages of data come when they are opened: the live port stays light. */
const catalogueRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets',
  validateSearch: readCatalogueAddress,
  component: lazyRouteComponent(() => import('./datasets/catalogue/CataloguePage.tsx'), 'CataloguePage'),
})

const loadRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/new',
  validateSearch: readLoadAddress,
  component: lazyRouteComponent(() => import('./datasets/loading/LoadPage.tsx'), 'LoadPage'),
})

const datasetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/datasets/$id',
  validateSearch: readDatasetAddress,
  component: lazyRouteComponent(() => import('./datasets/DatasetPage.tsx'), 'DatasetPage'),
})

export const makeRouter = () =>
  createRouter({
    routeTree: rootRoute.addChildren([homeRoute, liveRoute, catalogueRoute, loadRoute, datasetRoute]),
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Failure,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
