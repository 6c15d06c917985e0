import { notFound, type Answer } from './answer.ts';
import { day, html, type Html, moment, money, page } from './html.ts';
import type { OperationName } from './operations.ts';
import type { Customer } from './record.ts';
import type { AppliedEffect, Store } from './store.ts';

const MOST = 200;
/** Labels of the group below. */
const ADDRESS = new Set(['Street', 'Postcode', 'City', 'From', 'New address']);

export const KIND_LABELS: Record<OperationName, string> = {
	payment: 'Payment',
	promise: 'Promise to pay',
	plan: 'Payment plan',
	address: 'Address change',
	confirmation: 'Confirmation',
	details: 'Details put right'
};

interface Field {
	label: string;
	text: string;
}

/** A record by groups, as a person reads it; the same fields are compared for the history. */
function fieldsOf({
	name,
	email,
	phone,
	whatsapp,
	language,
	birthDate,
	address,
	nextAddress: next,
	account
}: Customer) {
	const { balance, currency, dueDate, overdueDays, failedPayment, plan } = account;
	const yes = (value: boolean) => (value ? 'yes' : 'no');
	const field = (label: string, text: string | null): Field => ({ label, text: text ?? '—' });
	return {
		Person: [
			field('Name', name),
			field('Born', day(birthDate)),
			field('Language', language),
			field('Phone', phone),
			field('WhatsApp', whatsapp),
			field('E-mail', email)
		],
		Address: [
			field('Street', address.street),
			field('Postcode', address.postcode),
			field('City', address.city),
			...(next
				? [
						field('From', day(next.from)),
						field('New address', `${next.street}, ${next.postcode} ${next.city}`)
					]
				: [])
		],
		Account: [
			field('Owed', money(balance, currency)),
			field('Due', day(dueDate)),
			field('Overdue', overdueDays ? `${overdueDays} days` : '—'),
			field('Last payment failed', yes(failedPayment)),
			field('Plan', plan && planText(plan, currency)),
			field('Plan allowed', yes(account.planAllowed)),
			field('Part payment allowed', yes(account.partAllowed)),
			field('Broken promises', String(account.brokenPromises)),
			field('Marked vulnerable', yes(account.vulnerable))
		]
	};
}

/** `3 × €10.00 from 1 Dec 2026`, and what the last one is where it is another amount. */
function planText(
	{ instalments, rate, last, first }: NonNullable<Customer['account']['plan']>,
	currency: string
): string {
	const begins = `${money(rate, currency)} from ${day(first)}`;
	return last === rate
		? `${instalments} × ${begins}`
		: `${instalments - 1} × ${begins}, the last one ${money(last, currency)}`;
}

const NOT_HERE = html`<p><a href="/">All customers</a></p>
	<h1>No such customer</h1>`;

/** One record and everything that was done to it through the API. */
export function customerPage(store: Store, id: string): Answer {
	const record = store.customer(id);
	if (!record) return { ...notFound(), ...page('Not here', NOT_HERE, 404) };
	const effects = store.effects(0, MOST, id);
	const first = effects[0]?.before ?? record;
	const original = flat(first);
	const groups = Object.entries(fieldsOf(record)).map(
		([title, fields]) =>
			html`<section class="card">
				<h2>${title}</h2>
				<dl>${fields.map((field) => line(field, original.get(field.label)))}</dl>
			</section>`
	);
	const history = effects.map((effect, index) =>
		entry(effect, effects[index + 1]?.before ?? record, isRepeat(effect, effects.slice(0, index)))
	);
	return page(
		record.name,
		html`<p><a href="/">All customers</a></p>
			<h1><bdi>${record.name}</bdi> <span class="soft">${id}</span></h1>
			<div class="grid">${groups}</div>
			<section class="card more">
				<h2>History</h2>
				${
					history.length === 0
						? html`<p class="soft">Nothing was changed yet.</p>`
						: html`<ol>
								${history.reverse()}
							</ol>`
				}
			</section>`
	);
}

const flat = (record: Customer): Map<string, string> =>
	new Map(
		Object.values(fieldsOf(record))
			.flat()
			.map(({ label, text }) => [label, text])
	);

const line = ({ label, text }: Field, original: string | undefined): Html =>
	html`<dt>${label}</dt>
		<dd>
			${text === original ? html`<bdi>${text}</bdi>` : html`<mark><bdi>${text}</bdi></mark>`}
		</dd>`;

const isRepeat = ({ kind, reference }: AppliedEffect, earlier: AppliedEffect[]): boolean =>
	earlier.some((other) => other.kind === kind && other.reference === reference);

function entry(
	{ id, kind, reference, at, answer, before }: AppliedEffect,
	after: Customer,
	repeat: boolean
): Html {
	const old = flat(before);
	// An address whose day came meanwhile was changed by what gave that day, not by this.
	const moved = (label: string) => kind !== 'address' && ADDRESS.has(label);
	const changes = [...flat(after)].filter(
		([label, text]) => old.get(label) !== text && !moved(label)
	);
	const { amount, date, what, from } = answer;
	const said = [
		typeof amount === 'number' && money(amount, before.account.currency),
		typeof date === 'string' && `by ${day(date)}`,
		typeof what === 'string' && what,
		typeof from === 'string' && `from ${day(from)}`
	].filter((part) => part !== false);
	return html`<li>
		<b>${KIND_LABELS[kind]} ${id}</b> ${said.join(' ')}
		${repeat ? html`<span class="tag">same reference again</span>` : ''} <br /><span class="soft"
			>${moment(at)} · reference ${reference}</span
		>
		${
			changes.length > 0
				? html`<ul>
						${changes.map(([label, text]) => html`<li>${label}: <s>${old.get(label) ?? '—'}</s> → <mark>${text}</mark></li>`)}
					</ul>`
				: ''
		}
	</li>`;
}
