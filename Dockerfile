# syntax=docker/dockerfile:1

FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production TAPDONE_DATA=/data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/build build
COPY --from=build /app/migrations migrations
COPY --from=build /app/workflows workflows
COPY --from=build /app/src src
# The only folders that the program writes to: the embedded database, and checkpoints of the record.
RUN install -d -o node -g node -m 0700 /data /audit
USER node
VOLUME /data
EXPOSE 3000
# Not ready is not healthy: the schema is behind, the database is away, or the process is draining.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
	CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.TAPDONE_PORT || 3000) + '/readyz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Started directly, not through npm, so that SIGTERM reaches it and it drains.
CMD ["node", "src/main.ts"]
