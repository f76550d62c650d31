import { Link } from '@tanstack/react-router'
import type { DataRequest } from '../../../src/sharing/schema.ts'
import { Listed } from '../accounts/Listed.tsx'
import page from '../accounts/Page.module.css'
import { Section } from '../accounts/Section.tsx'
import type { PersonSession } from '../accounts/SignedIn.tsx'
import controls from '../datasets/Controls.module.css'
import { useLanguage } from '../ui/use-language.ts'
import { useRequests } from './api.ts'
import { RequestItem } from './RequestItem.tsx'
import { SharingFrame } from './SharingPages.tsx'
import { useParties } from './use-parties.ts'

/** `/requests`: what was asked of us, and what we asked for. */
export function RequestsPage() {
  const { t } = useLanguage()
  return (
    <SharingFrame title={t('sharing.requests.title')} lead={t('sharing.requests.lead')}>
      {(session) => <Requests session={session} />}
    </SharingFrame>
  )
}

const isOpen = ({ state }: DataRequest) => state === 'submitted' || state === 'questions' || state === 'draft'
/** Those that wait come first, the newest of them before the others. */
const inOrder = (requests: readonly DataRequest[]) =>
  [...requests].sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || (a.expiresAt < b.expiresAt ? 1 : -1))

function Requests({ session }: { session: PersonSession }) {
  const { t } = useLanguage()
  const requests = useRequests()
  const parties = useParties()
  const item = (request: DataRequest) => (
    <RequestItem key={request.id} request={request} session={session} parties={parties} />
  )
  if (session.organisation === null)
    return (
      <div className={page.empty}>
        <strong>{t('sharing.noOrganisation.title')}</strong>
        <p>{t('sharing.noOrganisation.why')}</p>
        <Link
          to="/organisations"
          search={(previous) => ({ lang: previous.lang })}
          className={controls.primary}
        >
          {t('sharing.noOrganisation.action')}
        </Link>
      </div>
    )
  return (
    <Listed query={requests}>
      {(all) => {
        const mine = inOrder(all.filter(({ organisation }) => organisation === session.organisation))
        const others = inOrder(all.filter(({ organisation }) => organisation !== session.organisation))
        return (
          <>
            <Section title={t('sharing.requests.toDecide')}>
              {others.length === 0 ? (
                <div className={page.empty}>
                  <strong>{t('sharing.requests.noneToDecide')}</strong>
                  <p>{t('sharing.requests.noneToDecideWhy')}</p>
                </div>
              ) : (
                <ul className={page.list}>{others.map(item)}</ul>
              )}
            </Section>
            <Section title={t('sharing.requests.mine')}>
              {mine.length === 0 ? (
                <div className={page.empty}>
                  <strong>{t('sharing.requests.noneMine')}</strong>
                  <p>{t('sharing.requests.noneMineWhy')}</p>
                  <Link
                    to="/datasets"
                    search={(previous) => ({ lang: previous.lang })}
                    className={controls.primary}
                  >
                    {t('sharing.toCatalogue')}
                  </Link>
                </div>
              ) : (
                <ul className={page.list}>{mine.map(item)}</ul>
              )}
            </Section>
          </>
        )
      }}
    </Listed>
  )
}
