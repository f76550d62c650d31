import { useLocation, useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useId, useMemo, useState } from 'react'
import { type Place, zoomOf } from '../map/place.ts'
import { nameOf, places } from '../map/places.ts'
import { Icon } from '../ui/Icon.tsx'
import { useLanguage } from '../ui/use-language.ts'
import { formatViewport, type LiveAddress } from '../vessels/address.ts'
import { useVesselSearch } from '../vessels/api.ts'
import { plain } from '../vessels/rules.ts'
import { TypeDot } from '../vessels/TypeDot.tsx'
import styles from './SearchBox.module.css'

type Found = { id: string; name: string; detail: string; address: LiveAddress; place?: Place } & Partial<{
  category: Parameters<typeof TypeDot>[0]['category']
}>

function matchingPlaces(text: string, language: 'fr' | 'en'): Place[] {
  const asked = plain(text)
  if (asked.length < 2) return []
  return places
    .map((place) => ({ place, name: plain(nameOf(place, language)) }))
    .filter(({ name }) => name.includes(asked))
    .sort(
      (a, b) =>
        Number(b.name.startsWith(asked)) - Number(a.name.startsWith(asked)) || a.place.rank - b.place.rank,
    )
    .slice(0, 4)
    .map(({ place }) => place)
}

/** Vessels by name, MMSI, IMO or call sign, and places: a combobox (ARIA 1.2) whose choice moves the map. */
export function SearchBox({ isFocused, onDone }: { isFocused: boolean; onDone: () => void }) {
  const { t, language } = useLanguage()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const listId = useId()
  const [text, setText] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(0)
  const asked = useDeferredValue(text.trim())
  const { data, isFetching, isError } = useVesselSearch(asked)

  const found = useMemo<Found[]>(() => {
    if (asked.length < 2) return []
    const vessels = (data?.vessels ?? []).map((vessel) => ({
      id: `v${vessel.mmsi}`,
      name: vessel.name ?? String(vessel.mmsi),
      detail: [`MMSI ${vessel.mmsi}`, vessel.imo && `IMO ${vessel.imo}`, vessel.callSign]
        .filter(Boolean)
        .join(' · '),
      category: vessel.category,
      address: {
        vessel: vessel.mmsi,
        ...(vessel.lon !== null && vessel.lat !== null
          ? { map: formatViewport({ lon: vessel.lon, lat: vessel.lat, zoom: 13 }) }
          : {}),
      },
    }))
    const spots = matchingPlaces(asked, language).map((place) => ({
      id: `p${place.id}`,
      name: nameOf(place, language),
      detail: t('search.place'),
      place,
      address: { map: formatViewport({ lon: place.lon, lat: place.lat, zoom: zoomOf(place) }) },
    }))
    return [...vessels, ...spots]
  }, [asked, data, language, t])

  const isListed = isOpen && asked.length >= 2
  const choose = (item: Found | undefined) => {
    if (!item) return
    setOpen(false)
    setText('')
    onDone()
    const keep = pathname === '/live'
    void navigate({
      to: '/live',
      search: (previous) => ({ ...(keep ? previous : { lang: previous.lang }), ...item.address }),
    })
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      setActive((at) => (found.length === 0 ? 0 : (at + step + found.length) % found.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      choose(found[active])
    } else if (event.key === 'Escape') {
      if (isListed) setOpen(false)
      else setText('')
      onDone()
    }
  }

  return (
    <search className={styles.box} data-print="never">
      <span className={styles.glass}>
        <Icon name="search" size={17} />
      </span>
      <input
        className={styles.input}
        type="text"
        role="combobox"
        aria-expanded={isListed}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={isListed && found[active] ? `${listId}-${found[active].id}` : undefined}
        aria-label={t('search.label')}
        placeholder={t('search.placeholder')}
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the reader has just asked for the field
        autoFocus={isFocused}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setActive(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
      />
      <div
        id={listId}
        role="listbox"
        aria-label={t('search.results')}
        className={styles.list}
        hidden={!isListed}
      >
        {isListed &&
          found.map((item, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox that owns the list
            <div
              key={item.id}
              id={`${listId}-${item.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === active}
              className={styles.item}
              // The field keeps the focus: a press must not blur it before the click.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => choose(item)}
              onPointerEnter={() => setActive(index)}
            >
              {item.category ? <TypeDot category={item.category} /> : <Icon name="place" size={16} />}
              <span className={styles.name}>{item.name}</span>
              <span className={styles.detail}>{item.detail}</span>
            </div>
          ))}
      </div>
      {isListed && found.length === 0 && (
        <p className={styles.none} role="status">
          {isError
            ? t('search.failed')
            : isFetching
              ? t('search.searching')
              : t('search.none', { text: asked })}
        </p>
      )}
    </search>
  )
}
