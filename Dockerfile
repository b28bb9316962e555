# The router as an image: built from this folder alone, run by a user without rights on a read-only file system.
ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-25
ARG RUN_IMAGE=docker.io/library/eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY pom.xml application.yaml ./
COPY routes routes
COPY src/main src/main
RUN mvn -B -ntp -q -Dmaven.test.skip=true package \
 && java -Djarmode=tools -jar target/matrix-letta-router.jar extract --layers --destination layers

FROM ${RUN_IMAGE}
RUN groupadd --gid 10001 router && useradd --uid 10001 --gid router --no-create-home --shell /usr/sbin/nologin router \
 && mkdir -p /router/matrix_client_data && chown router:router /router/matrix_client_data
WORKDIR /router
COPY --from=build /build/layers/dependencies/ ./
COPY --from=build /build/layers/snapshot-dependencies/ ./
COPY --from=build /build/layers/application/ ./
COPY --chmod=755 container/router /usr/local/bin/router
# What classes the service and the commands load, written down once so that neither looks for them at each start. The service starts without
# its database as well; these settings lead nowhere and stay in this step.
RUN DATABASE_URL=postgresql://nobody@127.0.0.1:1/none ROUTER_API_KEY=0123456789abcdef0123456789abcdef MATRIX_INTAKE=none JAVA_OPTIONS=-XX:ArchiveClassesAtExit=/router/service.jsa \
    timeout --signal=TERM 25 router; \
    JAVA_OPTIONS="-Xlog:disable -XX:ArchiveClassesAtExit=/router/commands.jsa" ROUTER_API_KEY=0123456789abcdef0123456789abcdef router list > /dev/null 2>&1; \
    rm -rf /tmp/*; test -s /router/service.jsa && test -s /router/commands.jsa
USER 10001:10001
ENV API_HOST=0.0.0.0
EXPOSE 8004
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["curl", "-sf", "http://127.0.0.1:8004/health"]
ENTRYPOINT ["router"]
