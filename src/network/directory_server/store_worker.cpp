#include "network/directory_server/store_worker.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::directory {

namespace asio = boost::asio;

/// What a coroutine waits for. Touched on `io` only.
struct StoreWorker::Answer {
  explicit Answer(asio::io_context& io) : given(io, asio::steady_timer::time_point::max()) {}
  asio::steady_timer given;
  bool done = false;
  bool saved = false;
};

StoreWorker::StoreWorker(asio::io_context& io, std::unique_ptr<Store> store,
                         std::function<void(std::vector<Record>)> changed)
    : io_(io), store_(std::move(store)), changed_(std::move(changed)), thread_([this] { run(); }) {}

StoreWorker::~StoreWorker() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    end_ = Clock::now() + StoreLimits::last_writes;
  }
  wake_.notify_one();
  thread_.join();
}

bool StoreWorker::enqueue(Waiting waiting) {
  {
    const std::scoped_lock lock(mutex_);
    // While the store is lost, a caller that waits is told at once. The thread has told the earlier ones.
    if (queue_.size() >= StoreLimits::waiting || (waiting.answer && !healthy())) return false;
    queue_.push_back(std::move(waiting));
    // The thread need not be woken for each: it is gathering, or busy.
    if (queue_.size() != 1 && queue_.size() != StoreLimits::batch) return true;
  }
  wake_.notify_one();
  return true;
}

net::Task<base::Result<void>> StoreWorker::save(Record record) {
  const auto answer = std::make_shared<Answer>(io_);
  if (!enqueue({std::move(record), answer})) co_return base::fail(Errc::store_lost);
  // This may be destroyed meanwhile; `answer` is what is shared with the thread.
  while (!answer->done) (void)co_await answer->given.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!answer->saved) co_return base::fail(Errc::store_lost);
  co_return base::Result<void>();
}

void StoreWorker::save_later(Record record) { (void)enqueue({std::move(record), nullptr}); }

void StoreWorker::forget_old() {
  {
    const std::scoped_lock lock(mutex_);
    forget_ = true;
  }
  wake_.notify_one();
}

/// A store of this process alone has no news while it works.
StoreWorker::Clock::duration StoreWorker::until_poll(std::chrono::milliseconds pause) const {
  if (!healthy()) return pause;
  return store_->shared() ? Clock::duration(StoreLimits::poll) : StoreLimits::no_poll;
}

std::chrono::steady_clock::duration StoreWorker::healthy_for() {
  const std::scoped_lock lock(mutex_);
  if (recovered_ == Clock::time_point{}) return Clock::duration::max();
  return Clock::now() - recovered_;
}

void StoreWorker::run() {
  auto pause = StoreLimits::first_retry;
  auto next_poll = Clock::now() + until_poll(pause);
  while (auto batch = next_batch(next_poll)) {
    const bool was_healthy = healthy();
    const bool worked = !batch->empty();
    if (worked) work_off(std::move(*batch));
    if (healthy()) forget();
    // Only a poll moves the next one: under load there is always a batch, and the news of other processes
    // must not wait until there is none. While the store is lost, a batch that waits is tried instead: a
    // store that can be read may still have a full disk.
    if (Clock::now() >= next_poll) {
      if (healthy() || !worked) poll();
      next_poll = Clock::now() + until_poll(pause);
      pause = healthy() ? StoreLimits::first_retry : std::min(pause * 2, StoreLimits::last_retry);
    } else if (was_healthy && !healthy()) {
      pause = StoreLimits::first_retry;
      next_poll = Clock::now() + pause;
    }
  }
  Answers unanswered;
  const std::scoped_lock lock(mutex_);
  for (auto& waiting : queue_)
    if (waiting.answer) unanswered.push_back(std::move(waiting.answer));
  tell(std::move(unanswered), false);
}

/// What is to be written now, perhaps nothing, at `until` at the latest. No batch when the worker is to end.
std::optional<StoreWorker::Batch> StoreWorker::next_batch(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, until, [this] { return stopping_ || (healthy() && (forget_ || !queue_.empty())); });
  if (healthy() && !queue_.empty())
    wake_.wait_for(lock, StoreLimits::gathering,
                   [this] { return stopping_ || queue_.size() >= StoreLimits::batch; });
  // A database that is gone must not keep the program from ending.
  if (stopping_ && (queue_.empty() || !healthy() || Clock::now() >= end_)) return std::nullopt;
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), StoreLimits::batch));
  Batch batch(std::move_iterator(queue_.begin()), std::move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void StoreWorker::work_off(Batch batch) {
  std::vector<Record> records;
  records.reserve(batch.size());
  for (auto& waiting : batch) records.push_back(std::move(waiting.record));
  const auto done = store_->save(records);
  note_health(done ? nullptr : &done.error());
  Answers answers;
  for (auto& waiting : batch)
    if (waiting.answer) answers.push_back(std::move(waiting.answer));
  tell(std::move(answers), done.has_value());
  if (done) return;
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].record = std::move(records[i]);
  put_back(std::move(batch));
}

/// The batch is tried again when the store is back, before later records. Callers that wait for those are
/// told at once.
void StoreWorker::put_back(Batch batch) {
  Answers refused;
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() + batch.size() <= StoreLimits::waiting)
      queue_.insert(queue_.begin(), std::move_iterator(batch.begin()), std::move_iterator(batch.end()));
    for (auto& waiting : queue_)
      if (waiting.answer) refused.push_back(std::move(waiting.answer));
  }
  tell(std::move(refused), false);
}

/// What others have stored; while the database is lost, whether it is back.
void StoreWorker::poll() {
  if (!store_->shared() && healthy()) return;
  auto changes = store_->changes();
  note_health(changes ? nullptr : &changes.error());
  if (!changes) put_back({});
  if (changes && !changes->empty())
    asio::post(
        io_, [changed = changed_, records = std::move(*changes)]() mutable { changed(std::move(records)); });
}

/// A failure here is no sign of a lost store: the next write will show that.
void StoreWorker::forget() {
  {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(forget_, false)) return;
  }
  const auto removed = store_->forget_old();
  if (!removed && !cannot_forget_) spdlog::warn("old rows stay: {}", removed.error().message());
  cannot_forget_ = !removed;
  if (removed && *removed >= RowAges::forgotten_at_once) forget_old();
}

void StoreWorker::note_health(const base::Error* error) {
  const bool good = error == nullptr;
  {
    const std::scoped_lock lock(mutex_);
    if (healthy_.exchange(good) == good) return;
    recovered_ = Clock::now();
  }
  if (good) spdlog::info("the directory's database answers again");
  if (!good) spdlog::error("{}", error->message());
}

void StoreWorker::tell(Answers answers, bool saved) {
  if (answers.empty()) return;
  asio::post(io_, [answers = std::move(answers), saved] {
    for (const auto& answer : answers) {
      answer->done = true;
      answer->saved = saved;
      answer->given.cancel();
    }
  });
}

}  // namespace qnet::directory
