# qdx with its built-in model: works offline, as a user of its own, with a Qdrant beside it (compose.yaml).
# docker build -t qdx . && docker run --rm -v "$PWD/docs:/work:ro" -e QDRANT_URL=http://host.docker.internal:6333 qdx search "retry" -c docs

FROM node:22.21.1-bookworm-slim AS build
WORKDIR /opt/qdx
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build.js scripts/
COPY src src
RUN npm run build
# What runs qdx and nothing else: no development packages, no local Qdrant, no native code of other systems.
RUN npm prune --omit=dev --omit=optional \
  && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 -type d ! -name linux -exec rm -rf {} +

FROM node:22.21.1-bookworm-slim
WORKDIR /opt/qdx
COPY --from=build /opt/qdx/node_modules node_modules
COPY --from=build /opt/qdx/dist dist
COPY package.json LICENSE ./
COPY bin bin
COPY models models
COPY notebooks notebooks
COPY fixtures/demo fixtures/demo
COPY fixtures/demo-queries fixtures/demo-queries
COPY docs/settings.schema.json docs/
RUN ln -s /opt/qdx/bin/qdx.js /usr/local/bin/qdx \
  && install -d -o node -g node /home/node/.cache/qdx /home/node/.local/share/qdx /work
# The user node of the image.
USER 1000:1000
ENV HF_HUB_OFFLINE=1
# Models and vectors that were made; the local state of qdx.
VOLUME ["/home/node/.cache/qdx", "/home/node/.local/share/qdx"]
WORKDIR /work
# Not well where settings, model files or the server that QDRANT_URL names are broken.
HEALTHCHECK --interval=60s --timeout=20s --start-period=10s \
  CMD ["sh", "-c", "qdx doctor --quiet > /dev/null || exit 1"]
ENTRYPOINT ["qdx"]
CMD ["--help"]
