# The relay with its page. Build: docker build -t wasm-runtime .
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir uv
WORKDIR /source
COPY . .
RUN make wheel

FROM python:3.12-slim
COPY --from=build /source/dist/*.whl /wheels/
RUN pip install --no-cache-dir "$(ls /wheels/*.whl)[ai,data,mcp,oidc,postgres,redis,redshift,storage]" && rm -r /wheels \
    && useradd --uid 10001 --create-home relay && install -d -o relay -g relay /cache
USER 10001
# Written to while it runs: the cache alone, and /tmp by what builds environments.
ENV WASM_RUNTIME_CACHE=/cache \
    WASM_RUNTIME_HOST=0.0.0.0 \
    WASM_RUNTIME_PORT=8000 \
    WASM_RUNTIME_LOG_FORMAT=json
EXPOSE 8000
VOLUME /cache
ENTRYPOINT ["wasm-runtime"]
CMD ["serve"]
