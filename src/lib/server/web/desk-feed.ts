import type { Principal } from '../../domain/staff/permissions.ts';
import { readDeskVersion, stillSignedIn } from '../flows/watch-desk.ts';
import { app, parts } from './app.ts';

const POLL_MS = 2_000;
/** Every so many polls it is asked who is still signed in; a comment then keeps proxies from closing. */
const POLLS_A_CHECK = 5;
/** Pages that one session listens on; the oldest is let go, and asks again if it is still there. */
const MOST_A_SESSION = 20;

interface Listener {
	session: string;
	say: (line: string) => void;
	end: () => void;
}

// One a process, however many look on: the database is asked once for all of them.
const listeners = new Set<Listener>();
let timer: NodeJS.Timeout | undefined;
let version = '';
let again = false;
let polls = 0;

async function poll(): Promise<void> {
	if (app().isDraining()) {
		for (const listener of listeners) listener.end();
		return;
	}
	const before = version;
	version = await readDeskVersion(parts());
	// The number rises before its change is committed: who looks at once may see nothing yet. The first
	// poll of all tells, too: what came since the page was loaded is not to be told from what was there.
	const changed = version !== before;
	if (changed || again) for (const { say } of listeners) say('event: changed\ndata: {}\n\n');
	again = changed;
	polls += 1;
	if (polls % POLLS_A_CHECK !== 0) return;
	const signedIn = await stillSignedIn(
		parts(),
		[...listeners].map(({ session }) => session)
	);
	for (const { session, say, end } of listeners)
		if (signedIn.has(session)) say(': here\n\n');
		else end();
}

/** A failed poll is tried again by the next; the pages go on without it. */
const turn = (): void =>
	void poll()
		.catch((error: unknown) => parts().log.warn({ error }, 'desk: the queues could not be watched'))
		.finally(() => {
			timer = listeners.size > 0 ? setTimeout(turn, POLL_MS) : undefined;
			timer?.unref();
		});

/** Says "changed" to one page until it is closed, its session ends or this process goes down. */
export function deskFeed({ session }: Pick<Principal, 'session'>): ReadableStream<Uint8Array> {
	const encoder = new TextEncoder();
	let listener: Listener;
	return new ReadableStream({
		start(controller) {
			listener = {
				session,
				say: (line) => controller.enqueue(encoder.encode(line)),
				end() {
					listeners.delete(listener);
					controller.close();
				}
			};
			const own = [...listeners].filter((one) => one.session === session);
			if (own.length >= MOST_A_SESSION) own[0]?.end();
			listeners.add(listener);
			listener.say('retry: 5000\n\n');
			if (!timer) {
				timer = setTimeout(turn, POLL_MS);
				timer.unref();
			}
		},
		cancel: () => void listeners.delete(listener)
	});
}
