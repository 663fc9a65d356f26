package shoal.model.checkpoint;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import shoal.model.tensor.TensorFile;
import shoal.model.tensor.TensorInfo;
import shoal.recipe.UserException;

/** Several files of tensors as one; a tensor that two of them hold is refused. */
final class ShardedFile implements TensorFile {
    private final String shownName;
    private final List<TensorFile> shards;
    private final Map<String, TensorFile> owners = new LinkedHashMap<>();

    ShardedFile(String shownName, List<TensorFile> shards) {
        this.shownName = shownName;
        this.shards = List.copyOf(shards);
        for (TensorFile shard : shards) {
            for (String name : shard.tensors().keySet()) {
                TensorFile before = owners.putIfAbsent(name, shard);
                if (before != null) {
                    throw new UserException(
                            shard.shownName(), "holds " + name + ", as does " + before.shownName());
                }
            }
        }
    }

    @Override
    public String shownName() {
        return shownName;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        Map<String, TensorInfo> all = new LinkedHashMap<>();
        shards.forEach(shard -> all.putAll(shard.tensors()));
        return all;
    }

    @Override
    public void read(String name, long offsetElements, ByteBuffer values) {
        TensorFile owner = owners.get(name);
        if (owner == null) {
            throw new IllegalArgumentException(name + " is no tensor of " + shownName);
        }
        owner.read(name, offsetElements, values);
    }

    @Override
    public void close() {
        shards.forEach(TensorFile::close);
    }
}
