export { Agent, type IAgent, type SubAgentOptions } from './agent';
export { type AgentLimits, type AgentProps, type AgentTools } from './agent/agent-props';
export { type ToolUse } from './agent/tool-use';
export { AlertRules, type AlertRulesProps } from './telemetry/alert-rules';
export {
  Autoscaling,
  type AutoscalingProps,
  type CpuAutoscalingProps,
  type RequestAutoscalingProps,
} from './workload/autoscaling';
export {
  ArgoApplication,
  type ArgoApplicationProps,
  type ArgoDestination,
  type ArgoIgnoredDifference,
  type ArgoSyncProps,
} from './argo/application';
export { ArgoApps, type ArgoAppsProps } from './argo/apps';
export { ArgoProject, type ArgoProjectProps, type ArgoResourceKind } from './argo/project';
export { Callers } from './callers';
export { Cluster, type ClusterProps, type DnsProps } from './cluster';
export { type PersistentQueue } from './telemetry/collector';
export { Dashboard, type DashboardProps } from './telemetry/dashboard';
export { Egress } from './egress';
export { type ExternalAgent, type ExternalAgentProps } from './agent/external-agent';
export { Exposure } from './exposure';
export {
  ExternalSecret,
  type ExternalSecretProps,
  type SecretStoreReference,
  type StoredValue,
} from './external-secret';
export { type GatewayReference, HttpGateway, type HttpGatewayProps } from './exposure/http-gateway';
export { type GatewayExposureProps } from './exposure/http-route';
export { type IngressExposureProps } from './exposure/ingress';
export { type ITelemetryStack, type OtlpProtocol } from './telemetry/imported-telemetry';
export { type IMCPServer, MCPServer, type MCPServerProps } from './mcp-server';
export { type ExternalMCPServer, type ExternalMCPServerProps } from './mcp-server/external-mcp-server';
export { type ServerCaller } from './mcp-server/server-callers';
export { type PageProps } from './mcp-server/allowed-pages';
export { Memory, type MemoryLimits, type RedisMemoryProps } from './agent/memory';
export { type StdioToolsProps } from './mcp-server/stdio-source';
export { type IModelAPI, ModelAPI } from './model-api';
export { ExternalModelAPI, type ModelAPIFromUrlProps } from './model-api/external-model-api';
export { HostedModel, type ModelAPIHostedProps } from './model-api/hosted-model';
export { LiteLLMConfig } from './model-api/litellm-custom-config';
export { LiteLLMProxy } from './model-api/litellm-proxy';
export { type ModelAPIProxyProps, type ProxyCache } from './model-api/litellm-proxy-props';
export { type ModelClaimProps, ModelStorage } from './model-api/model-storage';
export { type ProxyModel } from './model-api/proxy-model';
export { type ModelName } from './model-api/model-name';
export {
  type GrafanaCloudExporterProps,
  type InClusterExporterProps,
  OtlpExporter,
  type OtlpExporterProps,
  type OtlpGrpcExporterProps,
  type OtlpHttpExporterProps,
  type Signal,
  type SigNozCloudExporterProps,
  type UptraceExporterProps,
} from './telemetry/otlp-exporter';
export { type PodReach } from './telemetry/pod-reader';
export { RedisConnection, type RedisConnectionProps } from './redis-connection';
export { type TailSampling } from './telemetry/tail-sampling';
export {
  type Redaction,
  type TelemetryEndpointProps,
  TelemetryStack,
  type TelemetryStackProps,
} from './telemetry-stack';
export { type TelemetryOverride } from './telemetry/telemetry-env';
export {
  type NoVariables,
  type ToolServerDefinition,
  type VariableKind,
  type VariableKinds,
  type VariableValues,
} from './mcp-server/entry-source';
export { type ForeignServerProps } from './mcp-server/foreign-pod';
export { type ImageToolsProps } from './mcp-server/image-source';
export { type KubernetesToolset, type KubernetesToolsProps } from './mcp-server/kubernetes-source';
export { type KubernetesWrite } from './mcp-server/kubernetes-rules';
export { type SlackTool, type SlackToolsProps } from './mcp-server/slack-source';
export { Tools, type ToolServer } from './tools';
export { Workload } from './workload/workload';
export { type MountedVolume, type WorkloadOptions } from './workload/options';
export {
  type LocalCommand,
  type LockedServer,
  type LockedTool,
  type LogLevel,
  type ToolCallMode,
  type ToolLock,
} from '../runtime/contract';
