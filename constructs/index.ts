export { Agent, type AgentProps, type IAgent } from './agent';
export { Exposure, type IngressExposureProps } from './exposure';
export { type IMCPServer, MCPServer, type MCPServerProps } from './mcp-server';
export { type IModelAPI, ModelAPI, type ModelAPIProxyProps } from './model-api';
export { type ModelName } from './model-name';
export { OtlpExporter, type OtlpExporterProps, type SigNozExporterProps } from './otlp-exporter';
export { TelemetryStack, type TelemetryStackProps } from './telemetry-stack';
export { Tools, type ToolSource } from './tools';
export { type LogLevel } from '../runtime/contract';
