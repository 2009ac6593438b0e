-- into: products
-- from: products
SELECT _row, 'demo' AS source, name AS source_id, name, category, price, 'USD' AS currency, stock_quantity
FROM input
