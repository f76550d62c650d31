import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { readSignInAddress } from './accounts/entrance/address.ts'
import { readDatasetAddress } from './datasets/address.ts'
import { readCatalogueAddress } from './datasets/catalogue/address.ts'
import { readLoadAddress } from './datasets/loading/address.ts'
import { readJournalAddress } from './journal/address.ts'
import { readOrganisationAddress } from './organisations/address.ts'
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

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signin',
  validateSearch: readSignInAddress,
  component: lazyRouteComponent(() => import('./accounts/entrance/SignInPage.tsx'), 'SignInPage'),
})

const forgottenRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/signin/forgotten',
  component: lazyRouteComponent(() => import('./accounts/entrance/ForgottenPage.tsx'), 'ForgottenPage'),
})

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset',
  component: lazyRouteComponent(() => import('./accounts/entrance/ResetPage.tsx'), 'ResetPage'),
})

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('./accounts/entrance/SetupPage.tsx'), 'SetupPage'),
})

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./organisations/InvitationPage.tsx'), 'InvitationPage'),
})

const profilePage = lazyRouteComponent(() => import('./accounts/profile/ProfilePage.tsx'), 'ProfilePage')
const profileRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/profile',
  component: profilePage,
})
const profileSectionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/profile/$section',
  component: profilePage,
})

const organisationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/organisations',
  component: lazyRouteComponent(() => import('./organisations/OrganisationsPage.tsx'), 'OrganisationsPage'),
})

const organisationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/organisations/$id',
  validateSearch: readOrganisationAddress,
  component: lazyRouteComponent(() => import('./organisations/OrganisationPage.tsx'), 'OrganisationPage'),
})

const consortiumRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/consortia/$id',
  component: lazyRouteComponent(() => import('./organisations/ConsortiumPage.tsx'), 'ConsortiumPage'),
})

const charterRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/charter',
  component: lazyRouteComponent(() => import('./organisations/CharterPage.tsx'), 'CharterPage'),
})

const administrationPage = lazyRouteComponent(
  () => import('./accounts/administration/AdministrationPage.tsx'),
  'AdministrationPage',
)
const administrationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/administration',
  component: administrationPage,
})
const administrationSectionRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/administration/$section',
  component: administrationPage,
})

const requestsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/requests',
  component: lazyRouteComponent(() => import('./sharing/RequestsPage.tsx'), 'RequestsPage'),
})

const agreementsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/agreements',
  component: lazyRouteComponent(() => import('./sharing/AgreementsPage.tsx'), 'AgreementsPage'),
})

const agreementRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/agreements/$id',
  component: lazyRouteComponent(() => import('./sharing/AgreementPage.tsx'), 'AgreementPage'),
})

const journalRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/journal',
  validateSearch: readJournalAddress,
  component: lazyRouteComponent(() => import('./journal/JournalPage.tsx'), 'JournalPage'),
})

export const makeRouter = () =>
  createRouter({
    routeTree: rootRoute.addChildren([
      homeRoute,
      liveRoute,
      catalogueRoute,
      loadRoute,
      datasetRoute,
      signInRoute,
      forgottenRoute,
      resetRoute,
      setupRoute,
      invitationRoute,
      profileRoute,
      profileSectionRoute,
      organisationsRoute,
      organisationRoute,
      consortiumRoute,
      charterRoute,
      administrationRoute,
      administrationSectionRoute,
      requestsRoute,
      agreementsRoute,
      agreementRoute,
      journalRoute,
    ]),
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Failure,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
