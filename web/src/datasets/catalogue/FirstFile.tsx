import { Link } from '@tanstack/react-router'
import { useLanguage } from '../../ui/use-language.ts'
import controls from '../Controls.module.css'
import styles from './CataloguePage.module.css'

/** How a file becomes a dataset: the page, or one command. */
export function FirstFile() {
  const { t } = useLanguage()
  return (
    <section className={styles.first} aria-labelledby="first-file">
      <h2 id="first-file">{t('datasets.first.title')}</h2>
      <p>{t('datasets.first.what')}</p>
      <p>
        {t('datasets.first.command')}{' '}
        <code>{`npx lacydon load quais.csv --dataset quais --create --at ${location.origin}`}</code>
      </p>
      <Link to="/datasets/new" search={(previous) => ({ lang: previous.lang })} className={controls.button}>
        {t('datasets.catalogue.load')}
      </Link>
    </section>
  )
}
