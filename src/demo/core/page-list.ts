import type { Answer } from './answer.ts';
import { html, type Html, moment, money, page } from './html.ts';
import { KIND_LABELS } from './page-customer.ts';
import type { Customer } from './record.ts';
import type { Store } from './store.ts';

const PAGE = 25;
const LATEST = 12;

/** All customers, 25 at a time, with a search over name and id, and what was changed last. */
export function listPage(store: Store, query: URLSearchParams): Answer {
	const search = (query.get('q') ?? '').trim().slice(0, 100);
	const found = store.customers(query.get('after') ?? '', PAGE + 1, search);
	const shown = found.slice(0, PAGE);
	const last = shown.at(-1);
	const more = found.length > PAGE && last ? new URLSearchParams({ after: last.id }) : null;
	if (more && search) more.set('q', search);
	return page(
		'Customers',
		html`<h1>Customers</h1>
			<form role="search">
				<input
					type="search"
					name="q"
					value="${search}"
					aria-label="Name or id"
					placeholder="Name or id"
				/><button>Search</button>
			</form>
			<div class="wide">
				<section class="card scroll">
					<table>
						<thead>
							<tr>
								<th scope="col">Customer</th>
								<th scope="col">Place</th>
								<th scope="col" class="number">Owed</th>
								<th scope="col" class="number">Overdue</th>
							</tr>
						</thead>
						<tbody>
							${shown.map(row)}
						</tbody>
					</table>
					${shown.length === 0 ? html`<p class="soft">Nobody by that name or id.</p>` : ''}
					${more ? html`<p class="more"><a href="/?${more.toString()}">Next ${PAGE}</a></p>` : ''}
				</section>
				<section class="card">
					<h2>Latest changes</h2>
					${latest(store)}
				</section>
			</div>`
	);
}

const row = ({ id, name, address, account }: Customer): Html =>
	html`<tr>
		<td>
			<a href="/customers/${encodeURIComponent(id)}"><bdi>${name}</bdi></a
			><br /><span class="soft">${id}</span>
		</td>
		<td>${address.city}</td>
		<td class="number" data-label="Owed">${money(account.balance, account.currency)}</td>
		<td class="number" data-label="Overdue">
			${account.overdueDays ? `${account.overdueDays} days` : '—'}
		</td>
	</tr>`;

function latest(store: Store): Html {
	const effects = store.latest(LATEST);
	if (effects.length === 0) return html`<p class="soft">Nothing yet.</p>`;
	return html`<ol>
		${effects.map(
			({ id, kind, customer, at, before }) =>
				html`<li>
					<mark>${KIND_LABELS[kind]} ${id}</mark><br />
					<a href="/customers/${encodeURIComponent(customer)}"><bdi>${before.name}</bdi></a>
					<span class="soft">${customer}<br />${moment(at)}</span>
				</li>`
		)}
	</ol>`;
}
