// Comfort for browsers that run scripts; without it every page works the same.
// Guards against a double press, fills a code from its SMS, and looks again at an open receipt.
/** @type {(selector: string) => HTMLElement | null} */
const one = (selector) => document.querySelector(selector);

document.addEventListener('submit', (event) => {
	const form = /** @type {HTMLFormElement} */ (event.target);
	if (form.dataset.sent) return event.preventDefault();
	form.dataset.sent = 'yes';
	const button = /** @type {HTMLElement | null} */ (event.submitter);
	if (!button) return;
	button.setAttribute('aria-disabled', 'true');
	if (!button.closest('footer') && !button.matches('.pick')) {
		button.dataset.text = button.textContent ?? '';
		button.textContent = one('main')?.dataset.busy ?? button.textContent;
	}
});

// A page that comes back from the browser's memory can be pressed again.
addEventListener('pageshow', () => {
	for (const form of document.forms) delete form.dataset.sent;
	for (const button of document.querySelectorAll('button[aria-disabled]')) {
		button.removeAttribute('aria-disabled');
		const text = /** @type {HTMLElement} */ (button).dataset.text;
		if (text) button.textContent = text;
	}
});

one('[role=alert][tabindex]')?.focus();

const code = /** @type {HTMLInputElement | null} */ (one('input.code'));
if (code && 'OTPCredential' in window) {
	const stop = new AbortController();
	code.form?.addEventListener('submit', () => stop.abort());
	const wanted = { otp: { transport: ['sms'] }, signal: stop.signal };
	navigator.credentials
		.get(/** @type {CredentialRequestOptions} */ (wanted))
		.then((got) => {
			code.value =
				/** @type {{ code?: string } | null} */ (/** @type {unknown} */ (got))?.code ?? '';
		})
		.catch(() => {});
}

// Every 3 s, for 2 minutes. A look is a GET: it does not keep the visit alive.
let looks = 0;
const watching = () => one('main')?.dataset.watch;
const timer = setInterval(async () => {
	if (watching() !== 'received' || ++looks > 40) return clearInterval(timer);
	if (document.hidden) return;
	try {
		const answer = await fetch(location.href);
		const text = await answer.text();
		// The rest of the page stays out: its style would only offend this page's policy.
		const part = /<title>.*?<\/title>/s.exec(text) + text.slice(text.indexOf('<main'));
		const page = new DOMParser().parseFromString(part, 'text/html');
		const main = /** @type {HTMLElement | null} */ (page.querySelector('main[data-watch]'));
		const shown = one('main');
		if (!answer.ok || !main || !shown || main.dataset.watch === watching()) return;
		document.title = page.title;
		shown.replaceChildren(...main.childNodes);
		one('footer nav')?.replaceWith(page.querySelector('footer nav') ?? '');
		shown.dataset.watch = main.dataset.watch;
	} catch {
		// No connection: look again in 3 s.
	}
}, 3000);
