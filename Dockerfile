# Builds for amd64 and arm64 alike: nothing below names an architecture; npm picks sharp's binaries for the one it runs on.

FROM node:20.20.2-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY packages/recipe/package.json packages/recipe/
COPY packages/client/package.json packages/client/
COPY packages/server/package.json packages/server/

# Without scripts: the sources that `prepare` would build are not here yet, and no dependency needs one.
FROM manifests AS build
RUN npm ci --ignore-scripts
COPY tsconfig.base.json ./
COPY packages packages
RUN npm run build

FROM manifests AS production
RUN npm ci --ignore-scripts --omit=dev --workspace=@images-server/server

FROM node:20.20.2-bookworm-slim
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY package.json LICENSE ./
COPY packages/recipe/package.json packages/recipe/
COPY packages/server/package.json packages/server/
COPY --from=build /app/packages/recipe/dist packages/recipe/dist
COPY --from=build /app/packages/server/dist packages/server/dist
COPY deploy/entrypoint /usr/local/bin/images-server-entrypoint

# Port 80 without root: Docker (20.10 and newer) lets everybody in a container bind it. Elsewhere set PORT to 1024 or more.
# MALLOC_ARENA_MAX: with it glibc took less time than jemalloc and mimalloc (docs/decisions/0005-allocator.md).
# The cache lies outside the pictures' volume: it can be made again, and need not be backed up with them.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=80 \
    STORAGE_DISK_DIR=/app/uploads \
    CACHE_DISK_DIR=/app/cache \
    MALLOC_ARENA_MAX=2
VOLUME ["/app/uploads", "/app/cache"]
EXPOSE 80

HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]

# Starts as root only to take over the volumes; the server runs as `node`.
ENTRYPOINT ["images-server-entrypoint"]
CMD ["node", "packages/server/dist/main.js"]
