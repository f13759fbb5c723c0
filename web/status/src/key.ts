// The secret that `qnet open` puts behind the page's address. It lives as long as this tab.
const PLACE = "qnet-key";
const FORM = /^[A-Za-z0-9_-]{43}$/;

export const keyIn = (fragment: string): string | null => {
  const key = new URLSearchParams(fragment.replace(/^#/, "")).get("key");
  return key !== null && FORM.test(key) ? key : null;
};

/** Takes the key from the address bar, so that no history and no screenshot has it. */
export function takeKey(): void {
  const key = keyIn(location.hash);
  if (location.hash.startsWith("#key=")) history.replaceState(null, "", location.pathname + location.search);
  if (key !== null) sessionStorage.setItem(PLACE, key);
}

export const theKey = (): string | null => sessionStorage.getItem(PLACE);
export const dropKey = (): void => sessionStorage.removeItem(PLACE);
