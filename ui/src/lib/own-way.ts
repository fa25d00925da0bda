// Tells the server that the list asks for other rows or columns than usual at first, so that it sends for none ahead.
const NAME = 'taskyard_own_way'

export function noteOwnWay(isOwn: boolean): void {
  const is = document.cookie.split('; ').includes(`${NAME}=1`)
  if (is !== isOwn) document.cookie = `${NAME}=1; path=/tasks; SameSite=Strict; max-age=${isOwn ? 31_536_000 : 0}`
}
