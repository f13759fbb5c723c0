// What nghttp2 calls of an Engine. Private: included by engine.cpp only.
#pragma once

#include <string_view>

#include <nghttp2/nghttp2.h>

#include "protocol/h2/engine.hpp"

namespace qnet::h2 {

// RFC 9113 §10.5.1.
inline constexpr std::size_t kFieldOverhead = 32;

/// What nghttp2 calls; `user` is the Engine.
struct Engine::Callbacks {
  static Engine& self(void* user) { return *static_cast<Engine*>(user); }

  static int begin_headers(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    // Of a client the stream is known already.
    self(user).streams_.try_emplace(frame->hd.stream_id);
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                    void* user) {
    auto& engine = self(user);
    auto* const stream = engine.state(frame->hd.stream_id);
    if (stream == nullptr || stream->headers_done) return 0;  // trailers
    stream->header_bytes += name_size + value_size + kFieldOverhead;
    if (stream->header_bytes > engine.limits_.header_bytes ||
        stream->headers.size() >= engine.limits_.header_fields)
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    stream->headers.push_back(
        {std::string(base::text_of({name, name_size})), std::string(base::text_of({value, value_size}))});
    return 0;
  }

  static int frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& engine = self(user);
    const auto id = frame->hd.stream_id;
    auto* const stream = engine.state(id);
    if (stream == nullptr) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS && !stream->headers_done) {
      const auto status = find(stream->headers, ":status");
      if (status && status->starts_with('1')) {
        stream->headers.clear();  // an interim response
        return 0;
      }
      stream->headers_done = true;
      engine.events_.push_back({Event::Kind::headers, id});
    }
    const bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (may_end && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      stream->remote_ended = true;
      engine.events_.push_back({Event::Kind::readable, id});
    }
    return 0;
  }

  static int sent(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    auto& engine = self(user);
    const bool may_end = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    auto* const stream = engine.state(frame->hd.stream_id);
    if (frame->hd.type == NGHTTP2_HEADERS && engine.opening_ && engine.opening_->stream_window != 0)
      (void)nghttp2_submit_window_update(engine.session_.get(), NGHTTP2_FLAG_NONE, frame->hd.stream_id,
                                         static_cast<std::int32_t>(engine.opening_->stream_window));
    if (stream == nullptr || !may_end || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    stream->all_sent = true;
    engine.drop_rest(frame->hd.stream_id);
    return 0;
  }

  static int data(nghttp2_session* session, std::uint8_t, StreamId id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    auto& engine = self(user);
    auto* const stream = engine.state(id);
    if (stream == nullptr || stream->released) {
      (void)nghttp2_session_consume(session, id, size);
      return 0;
    }
    if (stream->in.empty()) engine.events_.push_back({Event::Kind::readable, id});
    stream->in.push({bytes, size});
    return 0;
  }

  static int closed(nghttp2_session*, StreamId id, std::uint32_t code, void* user) {
    auto& engine = self(user);
    auto* const stream = engine.state(id);
    if (stream == nullptr) return 0;
    stream->closed = true;
    engine.drop_unsent(*stream);
    // NO_ERROR before our own end: the server has answered and wants no more of the request (RFC 9113 §8.1).
    if (code != NGHTTP2_NO_ERROR || !stream->remote_ended) stream->reset = true;
    engine.events_.push_back({stream->reset ? Event::Kind::reset : Event::Kind::readable, id});
    if (!stream->headers_done && engine.role_ == Role::server) stream->released = true;
    engine.forget_if_done(id);
    return 0;
  }

  static ssize_t body(nghttp2_session*, StreamId id, std::uint8_t* out, std::size_t room,
                      std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& engine = self(user);
    auto* const stream = engine.state(id);
    if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (stream->out.empty() && !stream->finished) return NGHTTP2_ERR_DEFERRED;
    const auto count = stream->out.read({out, room});
    engine.unsent_ -= count;
    engine.sent_ += count;
    if (stream->out.empty() && stream->finished) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }
};

}  // namespace qnet::h2
