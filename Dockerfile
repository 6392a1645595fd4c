# The upload page in a container; docs/deploy.md says how to run it.
#
#   docker build -t crossfold .
#   docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges \
#     --memory 2g --pids-limit 64 -p 127.0.0.1:8080:8080 crossfold

FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY . .
RUN cargo build --release --locked --bin crossfold

# The same Debian, so that the C library is the one it was built with.
FROM debian:bookworm-slim
COPY --from=build /source/target/release/crossfold /usr/local/bin/crossfold
# Nobody. The program writes no files, so it owns none and needs no folder of its own.
USER 65534:65534
EXPOSE 8080
# The image has no HTTP client, but bash opens connections itself.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && grep -q '^ok' <&3"]
ENTRYPOINT ["crossfold"]
# Inside a container loopback is unreachable from outside.
CMD ["serve", "--host", "0.0.0.0"]
