# Two images, built from this folder alone: `router` (what is built where no target is named), and `echo`, agents for a trial without Letta.
ARG BUILD_IMAGE=docker.io/library/maven:3.9-eclipse-temurin-25
ARG RUN_IMAGE=docker.io/library/eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY pom.xml application.yaml .env.example ./
COPY routes routes
COPY src/main src/main
RUN mvn -B -ntp -q -Dmaven.test.skip=true package \
 && java -Djarmode=tools -jar target/matrix-letta-router.jar extract --layers --destination layers
COPY src/test src/test
RUN javac --release 17 -cp 'layers/dependencies/lib/*' -sourcepath src/test/java -d echo/classes src/test/java/org/matrixletta/router/demo/EchoAgents.java \
 && mkdir echo/lib && cp layers/dependencies/lib/jackson-*.jar echo/lib/

FROM ${RUN_IMAGE} AS echo
LABEL org.opencontainers.image.title="Echo agents, not Letta" \
      org.opencontainers.image.description="Agents for a trial of matrix-letta-router: they repeat what they hear, and remember it until they stop."
COPY --from=build /build/echo /echo
USER 10001:10001
EXPOSE 8283
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-Xmx64m", "-cp", "/echo/classes:/echo/lib/*", "org.matrixletta.router.demo.EchoAgents"]

# The router: run by a user without rights on a read-only file system.
FROM ${RUN_IMAGE} AS router
RUN groupadd --gid 10001 router && useradd --uid 10001 --gid router --no-create-home --shell /usr/sbin/nologin router
WORKDIR /router
COPY --from=build /build/layers/dependencies/ /build/layers/snapshot-dependencies/ /build/layers/application/ ./
COPY --chmod=755 container/router container/healthy container/synapse-setup /usr/local/bin/
# What classes the service loads, written down once so that neither it nor a command looks for them at each start. It starts without its
# database as well; these settings lead nowhere and stay in this step.
RUN DATABASE_URL=postgresql://nobody@127.0.0.1:1/none ROUTER_API_KEY=0123456789abcdef0123456789abcdef MATRIX_INTAKE=none JAVA_OPTIONS="-Xlog:disable -XX:ArchiveClassesAtExit=/router/classes.jsa" \
    bash -c 'router > /dev/null 2>&1 & until healthy 503 || ! kill -0 $!; do sleep 0.2; done; kill $!; wait $!'; \
    rm -rf /tmp/*; test -s /router/classes.jsa
USER 10001:10001
ENV API_HOST=0.0.0.0
EXPOSE 8004
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["healthy"]
ENTRYPOINT ["router"]
