// Every attribute name that the mapping knows, and the families of names with a common prefix. One place; a name is
// recognised once per attribute, after that the rules work with Key and Family.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace clew::ingest::otlp {

// name in code, name on the wire, whether it holds input or output and therefore never stays in metadata
// (contract/otel-mapping.md 11.2).
#define CLEW_OTLP_KEYS(X)                                                                      \
  X(kObservationType, "langfuse.observation.type", false)                                      \
  X(kObservationInput, "langfuse.observation.input", true)                                     \
  X(kObservationOutput, "langfuse.observation.output", true)                                   \
  X(kObservationLevel, "langfuse.observation.level", false)                                    \
  X(kObservationStatusMessage, "langfuse.observation.status_message", false)                   \
  X(kObservationModel, "langfuse.observation.model.name", false)                               \
  X(kObservationModelParameters, "langfuse.observation.model.parameters", false)               \
  X(kObservationUsage, "langfuse.observation.usage_details", false)                            \
  X(kObservationCost, "langfuse.observation.cost_details", false)                              \
  X(kObservationCompletionStart, "langfuse.observation.completion_start_time", false)          \
  X(kObservationPromptName, "langfuse.observation.prompt.name", false)                         \
  X(kObservationPromptVersion, "langfuse.observation.prompt.version", false)                   \
  X(kObservationMetadata, "langfuse.observation.metadata", false)                              \
  X(kObservationMetadataUserId, "langfuse.observation.metadata.langfuse_user_id", false)       \
  X(kObservationMetadataSessionId, "langfuse.observation.metadata.langfuse_session_id", false) \
  X(kObservationMetadataTags, "langfuse.observation.metadata.langfuse_tags", false)            \
  X(kTraceMetadata, "langfuse.trace.metadata", false)                                          \
  X(kTraceMetadataUserId, "langfuse.trace.metadata.langfuse_user_id", false)                   \
  X(kTraceMetadataSessionId, "langfuse.trace.metadata.langfuse_session_id", false)             \
  X(kTraceMetadataTags, "langfuse.trace.metadata.langfuse_tags", false)                        \
  X(kTraceName, "langfuse.trace.name", false)                                                  \
  X(kTraceTags, "langfuse.trace.tags", false)                                                  \
  X(kTracePublic, "langfuse.trace.public", false)                                              \
  X(kTraceInput, "langfuse.trace.input", true)                                                 \
  X(kTraceOutput, "langfuse.trace.output", true)                                               \
  X(kLangfuseMetadata, "langfuse.metadata", false)                                             \
  X(kLangfuseTags, "langfuse.tags", false)                                                     \
  X(kLangfusePublic, "langfuse.public", false)                                                 \
  X(kLangfuseUserId, "langfuse.user.id", false)                                                \
  X(kLangfuseSessionId, "langfuse.session.id", false)                                          \
  X(kLangfuseEnvironment, "langfuse.environment", false)                                       \
  X(kLangfuseVersion, "langfuse.version", false)                                               \
  X(kLangfuseRelease, "langfuse.release", false)                                               \
  X(kLangfusePromptName, "langfuse.prompt.name", false)                                        \
  X(kLangfusePromptVersion, "langfuse.prompt.version", false)                                  \
  X(kAsRoot, "langfuse.internal.as_root", false)                                               \
  X(kIsAppRoot, "langfuse.internal.is_app_root", false)                                        \
  X(kExperimentId, "langfuse.experiment.id", false)                                            \
  X(kExperimentName, "langfuse.experiment.name", false)                                        \
  X(kExperimentDescription, "langfuse.experiment.description", false)                          \
  X(kExperimentMetadata, "langfuse.experiment.metadata", false)                                \
  X(kExperimentDatasetId, "langfuse.experiment.dataset.id", false)                             \
  X(kExperimentItemId, "langfuse.experiment.item.id", false)                                   \
  X(kExperimentItemVersion, "langfuse.experiment.item.version", false)                         \
  X(kExperimentItemMetadata, "langfuse.experiment.item.metadata", false)                       \
  X(kExperimentItemExpected, "langfuse.experiment.item.expected_output", false)                \
  X(kExperimentItemRoot, "langfuse.experiment.item.root_observation_id", false)                \
  X(kUserId, "user.id", false)                                                                 \
  X(kSessionId, "session.id", false)                                                           \
  X(kTagTags, "tag.tags", false)                                                               \
  X(kDeploymentEnvironmentName, "deployment.environment.name", false)                          \
  X(kDeploymentEnvironment, "deployment.environment", false)                                   \
  X(kServiceName, "service.name", false)                                                       \
  X(kServiceVersion, "service.version", false)                                                 \
  X(kSdkLanguage, "telemetry.sdk.language", false)                                             \
  X(kSdkName, "telemetry.sdk.name", false)                                                     \
  X(kSdkVersion, "telemetry.sdk.version", false)                                               \
  X(kOpenInferenceKind, "openinference.span.kind", false)                                      \
  X(kGenAiOperation, "gen_ai.operation.name", false)                                           \
  X(kGenAiToolName, "gen_ai.tool.name", false)                                                 \
  X(kGenAiToolCallId, "gen_ai.tool.call.id", false)                                            \
  X(kGenAiToolArguments, "gen_ai.tool.call.arguments", true)                                   \
  X(kGenAiToolResult, "gen_ai.tool.call.result", true)                                         \
  X(kGenAiToolDefinitions, "gen_ai.tool.definitions", false)                                   \
  X(kGenAiConversationId, "gen_ai.conversation.id", false)                                     \
  X(kGenAiRequestModel, "gen_ai.request.model", false)                                         \
  X(kGenAiRequestMaxTokens, "gen_ai.request.max_tokens", false)                                \
  X(kGenAiRequestTemperature, "gen_ai.request.temperature", false)                             \
  X(kGenAiRequestServiceTier, "gen_ai.request.service_tier", false)                            \
  X(kGenAiResponseModel, "gen_ai.response.model", false)                                       \
  X(kGenAiFinishReasons, "gen_ai.response.finish_reasons", false)                              \
  X(kGenAiFinishReason, "gen_ai.finishReason", false)                                          \
  X(kGenAiSystem, "gen_ai.system", false)                                                      \
  X(kGenAiSystemInstructions, "gen_ai.system_instructions", true)                              \
  X(kGenAiInputMessages, "gen_ai.input.messages", true)                                        \
  X(kGenAiOutputMessages, "gen_ai.output.messages", true)                                      \
  X(kGenAiPrompt, "gen_ai.prompt", true)                                                       \
  X(kGenAiCompletion, "gen_ai.completion", true)                                               \
  X(kGenAiUsageCost, "gen_ai.usage.cost", false)                                               \
  X(kGenAiUsagePromptTokens, "gen_ai.usage.prompt_tokens", false)                              \
  X(kGenAiUsageInputTokens, "gen_ai.usage.input_tokens", false)                                \
  X(kGenAiUsageCompletionTokens, "gen_ai.usage.completion_tokens", false)                      \
  X(kGenAiUsageOutputTokens, "gen_ai.usage.output_tokens", false)                              \
  X(kGenAiTimeToFirstChunk, "gen_ai.client.operation.time_to_first_chunk", false)              \
  X(kLlmModelName, "llm.model_name", false)                                                    \
  X(kLlmResponseModel, "llm.response.model", false)                                            \
  X(kEmbeddingModelName, "embedding.model_name", false)                                        \
  X(kLlmInvocationParameters, "llm.invocation_parameters", false)                              \
  X(kLlmCostTotal, "llm.cost.total", false)                                                    \
  X(kLlmInputMessages, "llm.input_messages", true)                                             \
  X(kLlmOutputMessages, "llm.output_messages", true)                                           \
  X(kModel, "model", false)                                                                    \
  X(kModelConfig, "model_config", false)                                                       \
  X(kModelRequestParameters, "model_request_parameters", false)                                \
  X(kGenkitSubtype, "genkit:metadata:subtype", false)                                          \
  X(kGenkitName, "genkit:name", false)                                                         \
  X(kGenkitInput, "genkit:input", true)                                                        \
  X(kGenkitOutput, "genkit:output", true)                                                      \
  X(kOperationName, "operation.name", false)                                                   \
  X(kAiOperationId, "ai.operationId", false)                                                   \
  X(kAiFunctionId, "ai.telemetry.functionId", false)                                           \
  X(kAiModelId, "ai.model.id", false)                                                          \
  X(kAiModelProvider, "ai.model.provider", false)                                              \
  X(kAiPromptMessages, "ai.prompt.messages", true)                                             \
  X(kAiPrompt, "ai.prompt", true)                                                              \
  X(kAiPromptTools, "ai.prompt.tools", false)                                                  \
  X(kAiPromptToolChoice, "ai.prompt.toolChoice", false)                                        \
  X(kAiToolCallName, "ai.toolCall.name", false)                                                \
  X(kAiToolCallArgs, "ai.toolCall.args", true)                                                 \
  X(kAiToolCallResult, "ai.toolCall.result", true)                                             \
  X(kAiResponseText, "ai.response.text", true)                                                 \
  X(kAiResponseObject, "ai.response.object", true)                                             \
  X(kAiResponseToolCalls, "ai.response.toolCalls", true)                                       \
  X(kAiResponseMsToFirstChunk, "ai.response.msToFirstChunk", false)                            \
  X(kAiResponseProviderMetadata, "ai.response.providerMetadata", false)                        \
  X(kAiStreamMsToFirstChunk, "ai.stream.msToFirstChunk", false)                                \
  X(kAiResultText, "ai.result.text", true)                                                     \
  X(kAiResultObject, "ai.result.object", true)                                                 \
  X(kAiResultToolCalls, "ai.result.toolCalls", true)                                           \
  X(kAiSettingsMaxSteps, "ai.settings.maxSteps", false)                                        \
  X(kAiSettingsMaxRetries, "ai.settings.maxRetries", false)                                    \
  X(kAiSettingsMode, "ai.settings.mode", false)                                                \
  X(kAiUsageTokens, "ai.usage.tokens", false)                                                  \
  X(kAiUsageCachedInput, "ai.usage.cachedInputTokens", false)                                  \
  X(kAiUsageReasoning, "ai.usage.reasoningTokens", false)                                      \
  X(kAiMetadataUserId, "ai.telemetry.metadata.userId", false)                                  \
  X(kAiMetadataSessionId, "ai.telemetry.metadata.sessionId", false)                            \
  X(kAiMetadataTags, "ai.telemetry.metadata.tags", false)                                      \
  X(kAiMetadataPrompt, "ai.telemetry.metadata.langfusePrompt", false)                          \
  X(kFlueTurnInput, "flue.turn.input", true)                                                   \
  X(kFlueTurnOutput, "flue.turn.output", true)                                                 \
  X(kFlueToolName, "flue.tool.name", false)                                                    \
  X(kFlueToolCallId, "flue.tool.call_id", false)                                               \
  X(kFlueToolArguments, "flue.tool.arguments", true)                                           \
  X(kFlueToolResult, "flue.tool.result", true)                                                 \
  X(kFlueTaskId, "flue.task.id", false)                                                        \
  X(kFlueTaskAgent, "flue.task.agent", false)                                                  \
  X(kFlueTaskPrompt, "flue.task.prompt", true)                                                 \
  X(kFlueTaskResult, "flue.task.result", true)                                                 \
  X(kFlueOperationResult, "flue.operation.result", true)                                       \
  X(kFlueWorkflowPayload, "flue.workflow.payload", true)                                       \
  X(kFlueWorkflowResult, "flue.workflow.result", true)                                         \
  X(kAdkRequest, "gcp.vertex.agent.llm_request", true)                                         \
  X(kAdkResponse, "gcp.vertex.agent.llm_response", true)                                       \
  X(kAdkToolArguments, "gcp.vertex.agent.tool_call_args", true)                                \
  X(kAdkToolResponse, "gcp.vertex.agent.tool_response", true)                                  \
  X(kPrompt, "prompt", true)                                                                   \
  X(kAllMessagesEvents, "all_messages_events", true)                                           \
  X(kEvents, "events", true)                                                                   \
  X(kLogfireMessage, "logfire.msg", false)                                                     \
  X(kLkInputText, "lk.input_text", true)                                                       \
  X(kLkUserTranscript, "lk.user_transcript", true)                                             \
  X(kLkChatContext, "lk.chat_ctx", true)                                                       \
  X(kLkUserInput, "lk.user_input", true)                                                       \
  X(kLkToolOutput, "lk.function_tool.output", true)                                            \
  X(kLkResponseText, "lk.response.text", true)                                                 \
  X(kMlflowInputs, "mlflow.spanInputs", true)                                                  \
  X(kMlflowOutputs, "mlflow.spanOutputs", true)                                                \
  X(kTraceloopInput, "traceloop.entity.input", true)                                           \
  X(kTraceloopOutput, "traceloop.entity.output", true)                                         \
  X(kInputValue, "input.value", true)                                                          \
  X(kOutputValue, "output.value", true)                                                        \
  X(kInput, "input", true)                                                                     \
  X(kOutput, "output", true)                                                                   \
  X(kPydanticMessages, "pydantic_ai.all_messages", true)                                       \
  X(kFinalResult, "final_result", true)                                                        \
  X(kToolArguments, "tool_arguments", false)                                                   \
  X(kToolResponse, "tool_response", false)                                                     \
  X(kOpenRouterSource, "openrouter.source", false)                                             \
  X(kExceptionType, "exception.type", false)                                                   \
  X(kExceptionMessage, "exception.message", false)

enum class Key : std::uint8_t {
  kUnknown,
#define CLEW_OTLP_KEY(key, name, payload) key,
  CLEW_OTLP_KEYS(CLEW_OTLP_KEY)
#undef CLEW_OTLP_KEY
      kCount,
};
inline constexpr std::size_t kKeyCount = static_cast<std::size_t>(Key::kCount);

Key find_key(std::string_view name);
// Input and output live in their own columns and never in metadata.
bool is_payload(Key key);

// Names with a common prefix. A family's members continue with a dot after the prefix; the bare name is a Key.
enum class Family : std::uint8_t {
  kNone,
  kObservationMetadata,     // langfuse.observation.metadata.
  kTraceMetadata,           // langfuse.trace.metadata.
  kLangfuseMetadata,        // langfuse.metadata.
  kAiMetadata,              // ai.telemetry.metadata.
  kExperimentMetadata,      // langfuse.experiment.metadata.
  kExperimentItemMetadata,  // langfuse.experiment.item.metadata.
  kPrompt,                  // gen_ai.prompt.
  kCompletion,              // gen_ai.completion.
  kInputMessages,           // llm.input_messages.
  kOutputMessages,          // llm.output_messages.
  kGenAiUsage,              // gen_ai.usage.
  kTokenCount,              // llm.token_count.
  kGenAiRequest,            // gen_ai.request.
  kInvocationParameters,    // llm.invocation_parameters.
  kToolSchemas,             // llm.tools.
  kRequestFunctions,        // llm.request.functions.
  kCount,
};

struct FamilyMember {
  Family family = Family::kNone;
  std::uint8_t prefix_size = 0;  // with the dot
};
FamilyMember find_family(std::string_view name);

// True for names that never stay in metadata because of how they begin: message and metadata families, and by the
// contract also longer names such as gen_ai.prompt_id.
bool has_removed_prefix(std::string_view name);

}  // namespace clew::ingest::otlp
