// Fitting, zooming and pushing a picture about.
import { describe, expect, it } from 'vitest'
import { clamped, fit, revealing, SCALE_MAX, zoomAt } from '@/lib/view'

const window = { width: 800, height: 600 }
const picture = { width: 1600, height: 2400 }

describe('a picture in its window', () => {
  it('fits whole and centred', () => {
    const view = fit(window, picture, 0)
    expect(view).toEqual({ scale: 0.25, x: 200, y: 0 })
  })

  it('is not enlarged beyond twice its size when it is small', () => {
    expect(fit(window, { width: 20, height: 20 }).scale).toBe(2)
  })

  it('keeps the pixel under the pointer where it is when zoomed', () => {
    const before = fit(window, picture)
    const at = { x: 320, y: 180 }
    const after = zoomAt(before, 3, at)
    const pixel = (view: typeof before) => [(at.x - view.x) / view.scale, (at.y - view.y) / view.scale]
    expect(pixel(after)[0]).toBeCloseTo(pixel(before)[0] ?? 0)
    expect(pixel(after)[1]).toBeCloseTo(pixel(before)[1] ?? 0)
  })

  it('stays under the pointer at the end of the scale as well', () => {
    const far = zoomAt({ scale: SCALE_MAX, x: 5, y: 7 }, 2, { x: 100, y: 100 })
    expect(far).toEqual({ scale: SCALE_MAX, x: 5, y: 7 })
  })

  it('cannot be pushed out of sight', () => {
    expect(clamped({ scale: 1, x: 9_000, y: -9_000 }, window, picture)).toEqual({ scale: 1, x: 752, y: 48 - 2400 })
  })

  it('moves no further than needed to show a region', () => {
    const view = { scale: 1, x: 0, y: 0 }
    expect(revealing(view, window, [100, 100, 50, 50])).toEqual(view)
    expect(revealing(view, window, [900, 100, 50, 50])).toEqual({ scale: 1, x: -190, y: 0 })
  })

  it('steps back from a region that is larger than the window', () => {
    const view = revealing({ scale: 1, x: 0, y: 0 }, window, [1000, 0, 1440, 10])
    expect(view.scale).toBe(0.5)
    expect(1000 * view.scale + view.x).toBeGreaterThanOrEqual(0)
    expect(2440 * view.scale + view.x).toBeLessThanOrEqual(800)
  })
})
