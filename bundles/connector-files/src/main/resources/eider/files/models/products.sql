-- into: products
-- from: products
SELECT
    _row,
    source_id,
    trim(name) AS name,
    category,
    price,
    upper(nullif(trim(currency), '')) AS currency,
    stock_quantity
FROM input
