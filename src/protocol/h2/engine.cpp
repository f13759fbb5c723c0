#include "protocol/h2/engine.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <nghttp2/nghttp2.h>

#include "protocol/h2/engine_callbacks.hpp"

namespace qnet::h2 {

namespace {

// SETTINGS_HEADER_TABLE_SIZE of Chromium.
constexpr std::uint32_t kBrowserTable = 65'536;

std::vector<nghttp2_nv> fields_of(const Headers& headers) {
  std::vector<nghttp2_nv> fields;
  fields.reserve(headers.size());
  for (const auto& [name, value] : headers)
    // NOLINTNEXTLINE: nghttp2 copies both, and has no const in its type
    fields.push_back({(std::uint8_t*)name.data(), (std::uint8_t*)value.data(), name.size(), value.size(),
                      NGHTTP2_NV_FLAG_NONE});
  return fields;
}

}  // namespace

std::optional<std::string_view> find(const Headers& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Header::name);
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

void Engine::create_session() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&callbacks) != 0 || nghttp2_option_new(&option) != 0)
    throw std::bad_alloc();
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &Callbacks::begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Callbacks::header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &Callbacks::frame);
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, &Callbacks::sent);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, &Callbacks::data);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Callbacks::closed);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_session* made = nullptr;
  const int error = role_ == Role::server ? nghttp2_session_server_new2(&made, callbacks, this, option)
                                          : nghttp2_session_client_new2(&made, callbacks, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(callbacks);
  if (error != 0) throw std::bad_alloc();
  session_.reset(made);
}

Engine::Engine(Role role, const Limits& limits)
    : limits_(limits), role_(role), session_(nullptr, &nghttp2_session_del) {
  create_session();
  std::vector<nghttp2_settings_entry> settings;
  const auto window = static_cast<std::uint32_t>(limits.stream_window);
  const auto headers = static_cast<std::uint32_t>(limits.header_bytes);
  if (role == Role::server) {
    settings = {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams},
                {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window}};
  } else {
    settings = {{NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, kBrowserTable},
                {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window},
                {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, headers}};
  }
  (void)nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  (void)nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, 0, limits.connection_window);
}

Engine::Engine(const Limits& limits, Opening opening)
    : limits_(limits),
      role_(Role::client),
      opening_(std::move(opening)),
      session_(nullptr, &nghttp2_session_del) {
  create_session();
  std::vector<nghttp2_settings_entry> settings;
  settings.reserve(opening_->settings.size());
  for (const auto& [id, value] : opening_->settings) settings.push_back({id, value});
  (void)nghttp2_submit_settings(session_.get(), NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  (void)nghttp2_submit_window_update(session_.get(), NGHTTP2_FLAG_NONE, 0,
                                     static_cast<std::int32_t>(opening_->window));
}

Engine::~Engine() = default;

Engine::State* Engine::state(StreamId stream) {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

const Engine::State* Engine::state(StreamId stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second;
}

base::Result<void> Engine::receive(base::ByteView bytes) {
  const auto taken = nghttp2_session_mem_recv(session_.get(), bytes.data(), bytes.size());
  if (taken < 0) {
    (void)nghttp2_session_terminate_session(session_.get(), NGHTTP2_PROTOCOL_ERROR);
    return base::fail(Errc::protocol, nghttp2_strerror(static_cast<int>(taken)));
  }
  return {};
}

std::optional<Event> Engine::next_event() {
  while (!events_.empty()) {
    const auto event = events_.front();
    events_.pop_front();
    const auto* const stream = state(event.stream);
    if (stream != nullptr && !stream->released) return event;
  }
  return std::nullopt;
}

void Engine::output(base::ByteQueue& out, std::size_t limit) {
  while (out.size() < limit) {
    const std::uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(session_.get(), &bytes);
    if (size <= 0) return;
    out.push({bytes, static_cast<std::size_t>(size)});
  }
}

bool Engine::finished() const {
  return nghttp2_session_want_read(session_.get()) == 0 && nghttp2_session_want_write(session_.get()) == 0;
}

base::Result<StreamId> Engine::request(const Headers& headers, bool end) {
  const auto fields = fields_of(headers);
  nghttp2_data_provider provider{{}, &Callbacks::body};
  nghttp2_priority_spec priority;
  nghttp2_priority_spec_default_init(&priority);
  if (opening_ && opening_->weight != 0)
    nghttp2_priority_spec_init(&priority, 0, static_cast<std::int32_t>(opening_->weight),
                               opening_->exclusive ? 1 : 0);
  const auto id = nghttp2_submit_request(session_.get(), &priority, fields.data(), fields.size(),
                                         end ? nullptr : &provider, nullptr);
  if (id < 0) return base::fail(Errc::refused, nghttp2_strerror(id));
  streams_.try_emplace(id).first->second.finished = end;
  return id;
}

base::Result<void> Engine::respond(StreamId stream, const Headers& headers, bool end) {
  auto* const known = state(stream);
  if (known == nullptr || known->reset || known->closed) return base::fail(Errc::stream_reset);
  if (end) known->finished = true;
  const auto fields = fields_of(headers);
  nghttp2_data_provider provider{{}, &Callbacks::body};
  const int error = nghttp2_submit_response(session_.get(), stream, fields.data(), fields.size(),
                                            end ? nullptr : &provider);
  if (error != 0) return base::fail(Errc::stream_reset, nghttp2_strerror(error));
  return {};
}

const Headers& Engine::headers(StreamId stream) const {
  static const Headers none;
  const auto* const known = state(stream);
  return known == nullptr ? none : known->headers;
}

std::size_t Engine::read(StreamId stream, base::MutableBytes out) {
  auto* const known = state(stream);
  if (known == nullptr) return 0;
  const auto count = known->in.read(out);
  // Of a stream that nghttp2 knows no more it still counts the connection's window.
  if (count > 0) (void)nghttp2_session_consume(session_.get(), stream, count);
  return count;
}

std::size_t Engine::readable(StreamId stream) const {
  const auto* const known = state(stream);
  return known == nullptr ? 0 : known->in.size();
}

bool Engine::at_end(StreamId stream) const {
  const auto* const known = state(stream);
  return known != nullptr && known->remote_ended && known->in.empty();
}

bool Engine::was_reset(StreamId stream) const {
  const auto* const known = state(stream);
  return known == nullptr || known->reset;
}

std::size_t Engine::room(StreamId stream) const {
  const auto* const known = state(stream);
  if (known == nullptr || known->closed || known->finished) return 0;
  return std::min(limits_.unsent - std::min(limits_.unsent, known->out.size()),
                  limits_.unsent_of_all - std::min(limits_.unsent_of_all, unsent_));
}

std::size_t Engine::write(StreamId stream, base::ByteView bytes) {
  const auto count = std::min(bytes.size(), room(stream));
  if (count == 0) return 0;
  state(stream)->out.push(bytes.first(count));
  unsent_ += count;
  (void)nghttp2_session_resume_data(session_.get(), stream);
  return count;
}

void Engine::finish(StreamId stream) {
  auto* const known = state(stream);
  if (known == nullptr || known->closed || known->finished) return;
  known->finished = true;
  (void)nghttp2_session_resume_data(session_.get(), stream);
}

void Engine::reset(StreamId stream) {
  auto* const known = state(stream);
  if (known == nullptr || known->closed) return;
  known->reset = true;
  drop_unsent(*known);
  (void)nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream,
                                  role_ == Role::client ? NGHTTP2_CANCEL : NGHTTP2_INTERNAL_ERROR);
}

void Engine::widen(StreamId stream) {
  for (const StreamId which : {StreamId{0}, stream})
    (void)nghttp2_session_set_local_window_size(session_.get(), NGHTTP2_FLAG_NONE, which,
                                                limits_.wide_window);
}

void Engine::release(StreamId stream) {
  auto* const known = state(stream);
  if (known == nullptr) return;
  if (const auto unread = known->in.size(); unread > 0) {
    (void)nghttp2_session_consume(session_.get(), stream, unread);
    known->in.clear();
  }
  known->released = true;
  if (!known->finished) reset(stream);
  drop_rest(stream);
  forget_if_done(stream);
}

void Engine::drop_rest(StreamId stream) {
  const auto* const known = state(stream);
  if (known == nullptr || !known->released || !known->all_sent || known->remote_ended || known->closed)
    return;
  // All was said, and what the other side would still say interests nobody (RFC 9113 §8.1).
  (void)nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, stream, NGHTTP2_NO_ERROR);
}

void Engine::drop_unsent(State& known) {
  unsent_ -= known.out.size();
  known.out.clear();
}

void Engine::forget_if_done(StreamId stream) {
  const auto* const known = state(stream);
  if (known != nullptr && known->released && known->closed) streams_.erase(stream);
}

void Engine::go_away() {
  const auto last = nghttp2_session_get_last_proc_stream_id(session_.get());
  (void)nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0);
}

}  // namespace qnet::h2
