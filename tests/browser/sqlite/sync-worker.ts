// The worker's script of an app whose bundler does not find the package's by itself.
import 'tidemark/sqlite-worker';
